"""The AsyncAPI document is one by the judgement of those who define AsyncAPI."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from schemas.catalog import EVENTS
from schemas.documents import ASYNCAPI, HERE, written
from schemas.topics import TOPICS
from tests.schemas import official_parser


@pytest.fixture(scope="session")
def parser() -> Path:
    """The folder of the installed parser."""
    return official_parser.install()


def test_the_official_parser_finds_nothing_wrong(parser: Path) -> None:
    told = official_parser.parse(ASYNCAPI, parser)
    assert told.worse_than("information", "hint") == []
    assert told.version == json.loads(ASYNCAPI.read_text(encoding="utf-8"))["asyncapi"]
    assert told.channels == [f"{{namespace}}{topic.name}" for topic in TOPICS]
    assert len(told.operations) == sum(1 + len(topic.readers) for topic in TOPICS)
    assert sorted(map(tuple, told.events)) == sorted(
        (event.type_name(), event.__name__) for event in EVENTS
    )


def test_the_official_parser_finds_a_planted_fault(parser: Path, tmp_path: Path) -> None:
    document = json.loads(ASYNCAPI.read_text(encoding="utf-8"))
    document["operations"]["allocation.hears.stock"]["action"] = "listen"
    planted = tmp_path / ASYNCAPI.relative_to(HERE)
    planted.parent.mkdir()
    planted.write_text(written(document), encoding="utf-8")
    shutil.copytree(HERE / "json", tmp_path / "json")
    [found, *_] = official_parser.parse(planted, parser).worse_than("information", "hint")
    assert "allocation.hears.stock.action" in found


def test_the_lock_file_names_sums_and_no_registry() -> None:
    lock = json.loads((official_parser.HERE / "package-lock.json").read_text(encoding="utf-8"))
    packages = [package for name, package in lock["packages"].items() if name]
    assert len(packages) > 100
    assert all(package["integrity"].startswith("sha512-") for package in packages)
    assert not any("resolved" in package for package in packages)

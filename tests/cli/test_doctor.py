"""`doctor`: what is wrong is named with what mends it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local.home import Addresses
from services.cli import doctor
from tests import stack
from tests.cli.deployed import Deployed


def test_a_sound_deployment_is_told_so(with_topics: Deployed) -> None:
    told = with_topics.crossdock("doctor")
    assert told.code == 0, told.out
    assert f"✓  Kafka         {with_topics.kafka}, all 18 topics" in told.out
    assert "every role, every schema up to date" in told.out.replace("\n", " ")
    assert "✗" not in told.out


def test_topics_that_are_missing_are_told(deployed: Deployed) -> None:
    told = deployed.crossdock("doctor")
    assert told.code == 1
    assert "18 topics are missing" in told.out
    assert "`crossdock migrate`" in told.out


async def test_schemas_that_are_older_are_told(
    with_topics: Deployed, deployed: Deployed, servers: Addresses
) -> None:
    older = replace(with_topics, postgres=deployed.postgres)
    await older.write("DELETE FROM shipping.schema_version")
    told = older.crossdock("doctor")
    assert told.code == 1
    assert "the schema of shipping is older" in told.out


def test_servers_that_do_not_answer_are_told(deployed: Deployed, servers: Addresses) -> None:
    nobody = replace(
        deployed, kafka="127.0.0.1:1", postgres=stack.named(servers, "no_such_database")
    )
    told = nobody.crossdock("doctor")
    assert told.code == 1
    assert " ".join(told.out.split()).count("is its address right, and does it run?") == 2


def test_a_worker_that_may_not_run_is_told_with_its_reason(
    with_topics: Deployed, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / "worker-shipping.refused").write_text('{"text": "restore both to the last commit"}')
    told = replace(with_topics, home=tmp_path).crossdock("doctor")
    assert told.code == 1
    assert "shipping may not run: restore both to the last commit" in told.out


def cannot(_place: object, _mode: int) -> bool:
    """Nothing may be written."""
    return False


def test_a_home_that_cannot_be_written_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", cannot)  # root may write everywhere
    sign = doctor.writable(Path("/no/such/place"))
    assert (sign.state, "set CROSSDOCK_HOME" in sign.told) == ("wrong", True)


def test_passwords_that_others_can_read_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "pgpass"
    monkeypatch.setenv("CROSSDOCK_PASSFILE", str(place))
    assert "is not there" in doctor.passfile().told
    place.write_text("*:*:*:*:secret")
    place.chmod(0o644)
    assert doctor.passfile().told.endswith(f"chmod 600 {place}")
    place.chmod(0o600)
    assert doctor.passfile().state == "good"

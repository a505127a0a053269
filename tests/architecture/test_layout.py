"""The layout is the map: who knows one service knows them all."""

from __future__ import annotations

import ast
import configparser
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = (
    "order_intake",
    "stock_receipts",
    "allocation",
    "shipping",
    "payments",
    "notifications",
)
PARTS = {
    "__init__",
    "app",
    "settings",
    "handlers",
    "effects",
    "steps",
    "telling",
    "letters",
    "domain",
    "store",
    "gateway",
    "migrations",
    "templates",
}
FOLDERS_BY_NOUN = {"handlers", "letters", "domain", "store"}
WORDLESS = {"utils", "util", "common", "helpers", "helper", "base", "core", "misc"}
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 60

present = [name for name in SERVICES if (ROOT / "services" / name / "__init__.py").exists()]


def sources() -> Iterator[Path]:
    for package in ("services", "schemas", "deploy", "tests"):
        yield from sorted((ROOT / package).rglob("*.py"))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parts_of(service: str) -> list[Path]:
    folder = ROOT / "services" / service
    return [path for path in sorted(folder.iterdir()) if not path.name.startswith("__pycache__")]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


@pytest.mark.parametrize("service", present)
def test_every_service_has_the_same_file_names(service: str) -> None:
    strangers = [named(path) for path in parts_of(service) if path.stem not in PARTS]
    assert strangers == [], f"only {sorted(PARTS)} have a place in a service"


@pytest.mark.parametrize("service", present)
def test_every_service_has_what_none_can_do_without(service: str) -> None:
    found = {path.stem for path in parts_of(service)}
    assert {"__init__", "app", "settings", "handlers", "store", "migrations"} <= found


@pytest.mark.parametrize("service", present)
def test_only_what_grows_by_nouns_becomes_a_folder(service: str) -> None:
    folders = {path.name for path in parts_of(service) if path.is_dir()}
    assert folders <= FOLDERS_BY_NOUN | {"migrations", "templates"}


@pytest.mark.parametrize("service", present)
def test_a_service_says_what_it_hears_says_and_owns_and_exports_nothing(service: str) -> None:
    tree = ast.parse((ROOT / "services" / service / "__init__.py").read_text("utf-8"))
    told = ast.get_docstring(tree) or ""
    assert all(word in told for word in ("Hears:", "Says:", "Owns:"))
    assert len(tree.body) == 1, "a docstring and nothing else"


@pytest.mark.parametrize("service", present)
def test_a_domain_imports_the_standard_library_and_itself(service: str) -> None:
    allowed = f"services.{service}.domain"
    strangers = [
        f"{named(path)}: {module}"
        for path in sorted((ROOT / "services" / service).rglob("*.py"))
        if "domain" in path.relative_to(ROOT).with_suffix("").parts
        for module in imported(path)
        if module.split(".")[0] not in sys.stdlib_module_names and not module.startswith(allowed)
    ]
    assert strangers == []


@pytest.mark.parametrize("service", present)
def test_a_domain_is_synchronous(service: str) -> None:
    waits = [
        f"{named(path)}: {function.name}"
        for path in sorted((ROOT / "services" / service).rglob("*.py"))
        if "domain" in path.relative_to(ROOT).with_suffix("").parts
        for function in functions(path)
        if isinstance(function, ast.AsyncFunctionDef)
    ]
    assert waits == []


@pytest.mark.parametrize("service", present)
def test_every_migration_is_numbered_without_gaps(service: str) -> None:
    files = sorted((ROOT / "services" / service / "migrations").glob("*.sql"))
    numbers = [int(path.name.split("_")[0]) for path in files]
    assert numbers == list(range(1, len(files) + 1))


def test_no_module_has_a_name_that_says_nothing() -> None:
    wordless = [named(path) for path in sources() if WORDLESS & {path.stem, path.parent.name}]
    assert wordless == []


def test_no_package_is_empty_for_symmetry() -> None:
    empty = [
        named(path)
        for path in sources()
        if path.name != "__init__.py" and not ast.parse(path.read_text("utf-8")).body
    ]
    assert empty == []


def test_a_file_is_one_idea() -> None:
    lengths = {named(path): len(path.read_text("utf-8").splitlines()) for path in sources()}
    assert {name: length for name, length in lengths.items() if length > MAX_FILE_LINES} == {}


def test_a_function_fits_a_screen() -> None:
    long = [
        f"{named(path)}:{function.lineno} {function.name}"
        for path in sources()
        for function in functions(path)
        if (function.end_lineno or 0) - function.lineno + 1 > MAX_FUNCTION_LINES
    ]
    assert long == []


def test_the_import_contracts_know_every_service() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    every = {f"services.{service}" for service in present}
    assert every <= set(contracts["importlinter:inside-a-service"]["containers"].split())
    assert every <= set(contracts["importlinter:services-apart"]["modules"].split())


def test_ci_runs_the_tests_as_the_readme_does() -> None:
    steps = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert any(line.split()[-2:] == ["./crossdock", "test"] for line in steps if line.strip())


@pytest.mark.parametrize("script", ["crossdock", ".ci/run"])
def test_scripts_can_be_started(script: str) -> None:
    assert (ROOT / script).stat().st_mode & 0o111

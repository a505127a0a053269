"""Several workers in one process: they stop together, and an unknown name is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from deploy.local.home import Addresses
from services.cli.run_workers import EXIT_SETTINGS

STOP_SECONDS = 30


def workers(servers: Addresses, home: Path, *names: str) -> subprocess.Popen[str]:
    """Workers in one process; on the servers' own database, which nobody has migrated."""
    given = {
        "CROSSDOCK_KAFKA": servers.kafka, "CROSSDOCK_POSTGRES": servers.postgres,
        "CROSSDOCK_PASSFILE": str(servers.passfile), "CROSSDOCK_HOME": str(home),
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "services.cli.run_workers", *names],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **given},
    )  # fmt: skip


def test_a_signal_stops_all_of_them(servers: Addresses, tmp_path: Path) -> None:
    with workers(servers, tmp_path, "order_intake", "allocation") as process:
        assert process.stdout is not None
        waiting = 0
        while waiting < 2:  # both have begun, and wait for their schemas
            waiting += "database_awaited" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_SECONDS) == 0


def test_an_unknown_name_is_told_with_those_that_there_are(
    servers: Addresses, tmp_path: Path
) -> None:
    process = workers(servers, tmp_path, "order_intake", "alocation")
    told = process.communicate(timeout=STOP_SECONDS)[0]
    assert process.returncode == EXIT_SETTINGS
    assert "there is no worker 'alocation'" in told

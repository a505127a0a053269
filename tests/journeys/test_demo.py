"""The demo as a newcomer runs it: the story, trade until Ctrl-C, rest, audit, nothing left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from services.audit.checks import CHECKS

STORY_SECONDS = 400
END_SECONDS = 240
TOLD = (
    "40 accepted, 40 confirmed", "demo:1031: 1 cancelled, 0 refused", "24 lamps to the lane",
    "demo:1007 needs another card", "crossdock explain demo:1007", "Paid: £93.90.",
    "comes later than expected", "demo:1035", "39 captures",
)  # fmt: skip


def left_running(folder: Path) -> list[str]:
    """Whatever still works in a folder."""
    found: list[str] = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(folder):
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def test_the_demo_tells_its_story_trades_until_ctrl_c_audits_and_leaves_nothing(
    tmp_path: Path,
) -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CROSSDOCK_")}
    demo = subprocess.Popen(
        [sys.executable, "-m", "services.cli.main", "demo"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        env={**kept, "XDG_DATA_HOME": str(tmp_path), "COLUMNS": "200", "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    watchdog = threading.Timer(STORY_SECONDS, demo.terminate)
    watchdog.start()
    assert demo.stdout is not None
    text = ""
    for line in demo.stdout:
        text += line
        if "orders confirmed" in line:  # trade has begun
            break
    demo.send_signal(signal.SIGINT)
    text += demo.communicate(timeout=END_SECONDS)[0]
    watchdog.cancel()
    assert demo.returncode == 0, text
    assert [words for words in TOLD if words not in text] == []
    assert [check.name for check in CHECKS if f"✓ {check.name}" not in text] == []
    assert left_running(tmp_path) == []

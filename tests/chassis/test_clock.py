"""Business time: real, fast or driven; never back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.chassis.clock import Clock, ClockError, set_clock
from services.chassis.settings import ServiceSettings

THEN = datetime(2010, 12, 6, 8, 0, tzinfo=UTC)


def test_without_a_file_business_time_is_machine_time(tmp_path: Path) -> None:
    before = datetime.now(UTC)
    assert before <= Clock(tmp_path).now() <= datetime.now(UTC)


def test_a_driven_clock_stands_still_until_it_is_moved(tmp_path: Path) -> None:
    set_clock(tmp_path, THEN)
    clock = Clock(tmp_path)
    assert clock.now() == clock.now() == THEN
    set_clock(tmp_path, THEN + timedelta(hours=1))
    assert clock.look()
    assert clock.now() == THEN + timedelta(hours=1)


def test_a_fast_clock_runs_at_its_rate(tmp_path: Path) -> None:
    set_clock(tmp_path, THEN, rate=3_600)
    setting = Clock(tmp_path).setting
    assert setting is not None
    assert setting.at(setting.wall_0 + timedelta(seconds=2)) == THEN + timedelta(hours=2)


def test_a_clock_never_goes_back(tmp_path: Path) -> None:
    set_clock(tmp_path, THEN)
    with pytest.raises(ClockError, match="cannot go back"):
        set_clock(tmp_path, THEN - timedelta(seconds=1))


def test_a_broken_clock_file_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "clock.json").write_text("{}")
    with pytest.raises(ClockError, match="remove it"):
        Clock(tmp_path)


async def test_a_sleeper_wakes_when_the_clock_is_set(tmp_path: Path) -> None:
    clock = Clock(tmp_path)
    set_clock(tmp_path, THEN)
    assert await clock.wait_for_setting(5)
    assert not await clock.wait_for_setting(0)


def test_a_clock_that_is_not_real_never_meets_a_shared_broker(tmp_path: Path) -> None:
    (tmp_path / "clock.json").write_text(json.dumps({}))
    with pytest.raises(ValueError, match="not this machine"):
        ServiceSettings(
            kafka="kafka.example:9092", postgres="postgresql://127.0.0.1/x", home=tmp_path,
            passfile=None, namespace="crossdock.",
        )  # fmt: skip

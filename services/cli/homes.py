"""Which home a command works in, and what the processes of a home are told."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from deploy.local import stack
from deploy.local.home import Addresses
from services.chassis.settings import Deployment

LAST_HOME = "last-home"


class HomeError(Exception):
    """A command has no home, or no servers, to work with; the text says what to do."""


def data_folder() -> Path:
    """Where homes stand unless told otherwise (XDG base directories)."""
    root = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(root) / "crossdock"


def chosen_home() -> Path:
    """CROSSDOCK_HOME, else the last one used, else the default."""
    if told := os.environ.get("CROSSDOCK_HOME"):
        return Path(told).expanduser().resolve()
    pointer = data_folder() / LAST_HOME
    if pointer.exists():
        last = Path(pointer.read_text().strip())
        if last.is_dir():
            return last
    return data_folder() / "home"


def own_home(purpose: str) -> Path:
    """CROSSDOCK_HOME, else a fresh home for one demo or replay."""
    if told := os.environ.get("CROSSDOCK_HOME"):
        return Path(told).expanduser().resolve()
    return data_folder() / f"{purpose}-{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}"


def remember_home(home: Path) -> None:
    """Make a home the one that later commands use."""
    pointer = data_folder() / LAST_HOME
    pointer.parent.mkdir(parents=True, exist_ok=True)
    pointer.write_text(f"{home}\n")


@dataclass(frozen=True)
class Standin:
    """A stand-in that a home may run, and the settings that point a worker to it."""

    name: str
    module: str
    file: str
    address_settings: tuple[str, ...]


PROVIDER = Standin(
    "provider", "services.standins.provider", "provider.json", ("CROSSDOCK_PAYMENTS_PROVIDER_URL",)
)
MAILBOX = Standin(
    "mailbox",
    "services.standins.mailbox",
    "mailbox.json",
    ("CROSSDOCK_NOTIFICATIONS_SMTP_HOST", "CROSSDOCK_NOTIFICATIONS_SMTP_PORT"),
)
DOCK = Standin("dock", "services.standins.dock", "", ())
SHOP = Standin("shop", "services.standins.shop", "", ())
STANDINS = {standin.name: standin for standin in (PROVIDER, MAILBOX, DOCK, SHOP)}


def needed_standins() -> list[Standin]:
    """Provider and mailbox, where the environment names no real one."""
    return [
        standin
        for standin in (PROVIDER, MAILBOX)
        if not any(os.environ.get(name) for name in standin.address_settings)
    ]


def uses_own_servers() -> bool:
    """Whether the environment names servers, so that none are to be started here."""
    return bool(os.environ.get("CROSSDOCK_KAFKA") and os.environ.get("CROSSDOCK_POSTGRES"))


def addresses_of(home: Path) -> Addresses | None:
    """The servers of a home: those of the environment, else local ones that answer."""
    if uses_own_servers():
        return Addresses(
            os.environ["CROSSDOCK_KAFKA"],
            os.environ["CROSSDOCK_POSTGRES"],
            Path(os.environ.get("CROSSDOCK_PASSFILE") or Path.home() / ".pgpass"),
        )
    return stack.running(home) if home.is_dir() else None


def environment(home: Path, addresses: Addresses) -> dict[str, str]:
    """What a worker or stand-in of a home is told."""
    told = {
        "CROSSDOCK_HOME": str(home),
        "CROSSDOCK_KAFKA": addresses.kafka,
        "CROSSDOCK_POSTGRES": addresses.postgres,
        "CROSSDOCK_PASSFILE": str(addresses.passfile),
        "CROSSDOCK_HTTP_PORT": os.environ.get("CROSSDOCK_HTTP_PORT", "0"),
        "PYTHONUNBUFFERED": "1",
    }
    return {**os.environ, **told, **standin_addresses(home)}


def standin_addresses(home: Path) -> dict[str, str]:
    """Where the provider and the mailbox of a home answer, in the words of a worker's settings."""
    told: dict[str, str] = {}
    provider = home / "run" / PROVIDER.file
    if PROVIDER in needed_standins() and provider.exists():
        told["CROSSDOCK_PAYMENTS_PROVIDER_URL"] = json.loads(provider.read_text())["url"]
    mailbox = home / "run" / MAILBOX.file
    if MAILBOX in needed_standins() and mailbox.exists():
        found = json.loads(mailbox.read_text())
        told["CROSSDOCK_NOTIFICATIONS_SMTP_HOST"] = str(found["host"])
        told["CROSSDOCK_NOTIFICATIONS_SMTP_PORT"] = str(found["port"])
    return told


def provider_url(home: Path) -> str | None:
    """Where the payment provider of a home answers; None: none runs."""
    told = PROVIDER.address_settings[0]
    return os.environ.get(told) or standin_addresses(home).get(told)


def deployment_of(home: Path) -> Deployment:
    """The deployment of a home whose servers answer. Raises ``HomeError``."""
    addresses = addresses_of(home)
    if addresses is None:
        raise HomeError(f"no servers answer in {home}: start them with `crossdock up`")
    return deployment(home, addresses)


def deployment(home: Path, addresses: Addresses) -> Deployment:
    """The same as the workers of a home see."""
    return Deployment(
        kafka=addresses.kafka,
        postgres=addresses.postgres,
        passfile=addresses.passfile,
        home=home,
    )


def python() -> str:
    """The interpreter that runs us, for processes of our own."""
    return sys.executable

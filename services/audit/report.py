"""The audit: every check runs, each is named, and each ends clean, violated or not judged."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.audit.owners import Owners
from services.chassis.clock import Clock
from services.chassis.settings import Deployment

VIOLATIONS_SHOWN = 20
EXIT_CLEAN, EXIT_VIOLATED, EXIT_NOT_JUDGED = 0, 1, 2

Verdict = Literal["clean", "violated", "not judged"]


@dataclass(frozen=True)
class Evidence:
    """Where the terms of a check come from."""

    deployment: Deployment
    owners: Owners
    provider_url: str | None
    message_ids: Sequence[str] | None
    """Message-IDs as the mailbox stand-in received them; None: a real mail server takes them."""

    @property
    def now(self) -> datetime:
        """Business time."""
        return Clock(self.deployment.home).now()


class NoEvidence(Exception):
    """A term cannot be had; the text says why."""


@dataclass(frozen=True)
class Check:
    """One law. ``find`` gives its violations, in words; an empty list is clean.

    An ``always`` law holds at any instant, since the effect is read before its cause. The others
    are equalities that hold at rest.
    """

    name: str
    law: str
    always: bool
    find: Callable[[Evidence], Awaitable[list[str]]]


@dataclass(frozen=True)
class Finding:
    """What became of a check."""

    check: str
    verdict: Verdict
    text: str
    violations: Sequence[str] = ()


async def audit(
    evidence: Evidence, checks: Sequence[Check], in_flight: Sequence[str]
) -> list[Finding]:
    """Run every check; what is in flight keeps those at rest from being judged."""
    return [await _judged(check, evidence, in_flight) for check in checks]


async def _judged(check: Check, evidence: Evidence, in_flight: Sequence[str]) -> Finding:
    if in_flight and not check.always:
        return Finding(check.name, "not judged", f"not settling: {'; '.join(in_flight[:5])}")
    try:
        violations = await check.find(evidence)
    except NoEvidence as error:
        return Finding(check.name, "not judged", str(error))
    except Exception as error:  # one check that fails must not keep the others from being told
        return Finding(check.name, "not judged", f"no evidence: {type(error).__name__}: {error}")
    if violations:
        more = len(violations) - VIOLATIONS_SHOWN
        shown = violations[:VIOLATIONS_SHOWN] + ([f"and {more} more"] if more > 0 else [])
        return Finding(check.name, "violated", check.law, shown)
    return Finding(check.name, "clean", check.law)


def exit_code(findings: Sequence[Finding]) -> int:
    """0 clean, 1 violated, 2 could not judge."""
    verdicts = {finding.verdict for finding in findings}
    if "violated" in verdicts:
        return EXIT_VIOLATED
    return EXIT_NOT_JUDGED if "not judged" in verdicts else EXIT_CLEAN

"""All laws of the audit, in the order in which they are told."""

from __future__ import annotations

from services.audit import always, facts, log, rest

CHECKS = (*always.CHECKS, *rest.CHECKS, *facts.CHECKS, *log.CHECKS)

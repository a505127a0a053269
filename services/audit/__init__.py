"""Looks at everything, writes nothing: quiet, status, export, and the audit's checks.

Reads each owner's schema as the role `auditor`; each term of a check comes from its owner.
"""

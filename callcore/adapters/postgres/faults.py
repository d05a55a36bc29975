"""What psycopg's errors mean, as a label."""

from __future__ import annotations

from enum import StrEnum

import psycopg
from psycopg import errors

_NOT_ALLOWED = ("28", "42501")
"""Beginnings of SQLSTATE (PostgreSQL's Appendix A): who we are, and what we may."""
_UNREACHABLE = ("08", "57P", "53300")
"""The link, a server that stops or starts, and one with no connection left."""


class Fault(StrEnum):
    """What can go wrong with Postgres; the first four words are those of Redis."""

    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    NOT_ALLOWED = "not_allowed"
    UNFIT = "unfit"
    """It does not do it: a schema that is not there, a standby, a full disk."""


def fault_of(error: psycopg.Error) -> Fault:
    """The word for an error; one without SQLSTATE is of the link."""
    if isinstance(error, errors.QueryCanceled):
        return Fault.TIMED_OUT
    state = error.sqlstate
    if state is None or state.startswith(_UNREACHABLE):
        return Fault.UNREACHABLE
    return Fault.NOT_ALLOWED if state.startswith(_NOT_ALLOWED) else Fault.UNFIT

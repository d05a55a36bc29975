"""What redis-py's errors mean to us, and what a person can do about each."""

from __future__ import annotations

from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from redis import exceptions
from redis.sentinel import MasterNotFoundError

from callcore.ports.stores import StoreError, StoreUnavailableError


class Fault(StrEnum):
    """What can go wrong with Redis, as a label."""

    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    POOL_EXHAUSTED = "pool_exhausted"
    NOT_ALLOWED = "not_allowed"
    UNFIT = "unfit"
    UNEXPECTED_ANSWER = "unexpected_answer"
    RECORD_UNREADABLE = "record_unreadable"
    CHANGE_UNREADABLE = "change_unreadable"


class UnexpectedAnswerError(StoreError):
    """Redis answered what no script of ours says: its data or our code is at fault."""


MEANINGS: Final[tuple[tuple[type[exceptions.RedisError], str, Fault, str], ...]] = (
    (exceptions.TimeoutError, "", Fault.TIMED_OUT,
     "did not answer in time: see whether the server is overloaded or the network slow"),
    (exceptions.AuthenticationError, "", Fault.NOT_ALLOWED,
     "refuses us: check the user in redis.url and CALLCORE_REDIS_PASSWORD"),
    (exceptions.AuthorizationError, "", Fault.NOT_ALLOWED,
     "refuses us: check the user in redis.url and CALLCORE_REDIS_PASSWORD"),
    (exceptions.NoPermissionError, "", Fault.NOT_ALLOWED,
     "does not allow the command: check the ACL of the Redis user"),
    (exceptions.ResponseError, "ACL failure in script", Fault.NOT_ALLOWED,
     "does not allow a script's command: check the ACL of the Redis user"),
    (exceptions.ResponseError, "The user executing the script", Fault.NOT_ALLOWED,
     "does not allow a script's command: check the ACL of the Redis user"),
    (exceptions.ReadOnlyError, "", Fault.UNFIT,
     "is a read-only replica: point the Redis URL at the primary"),
    (exceptions.ConnectionError, "The previous master is now a slave", Fault.UNFIT,
     "has become a replica: another server takes its place"),
    (exceptions.ResponseError, "UNBLOCKED ", Fault.UNFIT,
     "has become a replica: another server takes its place"),
    (exceptions.OutOfMemoryError, "", Fault.UNFIT,
     "is out of memory: raise maxmemory and keep the policy noeviction"),
    (exceptions.BusyLoadingError, "", Fault.UNFIT, "is still loading its data: wait"),
    (exceptions.ConnectionError, "No connection available.", Fault.POOL_EXHAUSTED,
     "was not asked, all our connections to it are in use: see whether it is slow"),
    (MasterNotFoundError, "", Fault.UNREACHABLE,
     "has no primary that a Sentinel names: see that they run, know it and take the password"),
    (exceptions.ConnectionError, "CERTIFICATE_VERIFY_FAILED", Fault.NOT_ALLOWED,
     "shows a certificate we cannot trust: check redis.tls.ca_file and the host of the Redis URL"),
    (exceptions.ConnectionError, "CERTIFICATE_REQUIRED", Fault.NOT_ALLOWED,
     "wants a certificate of ours: check redis.tls.certificate_file and key_file"),
    (exceptions.ConnectionError, "UNKNOWN_CA", Fault.NOT_ALLOWED,
     "does not trust our certificate: check redis.tls.certificate_file"),
    (exceptions.ConnectionError, "EOF occurred in violation of protocol", Fault.NOT_ALLOWED,
     "ended the TLS link: check redis.tls.certificate_file and key_file, or see its log"),
    (exceptions.ConnectionError, "", Fault.UNREACHABLE,
     "cannot be reached: check that the server runs and that the Redis URL is right"),
    (exceptions.ResponseError, "NOAUTH ", Fault.NOT_ALLOWED,
     "wants a password: check the user in redis.url and CALLCORE_REDIS_PASSWORD"),
    (exceptions.ResponseError, "BUSY ", Fault.UNFIT, "is busy with another script: see its log"),
    (exceptions.ResponseError, "MISCONF ", Fault.UNFIT, "cannot write to its disk: see its log"),
    (exceptions.MasterDownError, "", Fault.UNFIT, "has lost its primary: see its log"),
    (exceptions.ResponseError, "NOREPLICAS ", Fault.UNFIT, "has too few replicas: see its log"),
    (exceptions.RedisError, "", Fault.UNEXPECTED_ANSWER,
     "answered what nobody expected: its data or this program is at fault"),
)  # fmt: skip
"""Class, part of the text, fault, advice; the first row that fits counts."""


def meaning(error: exceptions.RedisError, server: str) -> tuple[Fault, StoreError]:
    """The fault, and the error to raise ``from`` this one. ``server`` is the URL as shown."""
    fault, advice = next(
        (fault, advice)
        for kind, part, fault, advice in MEANINGS
        if isinstance(error, kind) and part in str(error)
    )
    text = f"Redis at {server} {advice} ({type(error).__name__}: {error})"
    if fault is Fault.UNEXPECTED_ANSWER:
        return fault, UnexpectedAnswerError(text)
    return fault, StoreUnavailableError(text)


def is_of_a_replica(error: exceptions.RedisError) -> bool:
    """True if the server has become a replica, or was none but one from the beginning."""
    return isinstance(error, exceptions.ReadOnlyError | exceptions.MasterDownError) or (
        isinstance(error, exceptions.ResponseError) and str(error).startswith("UNBLOCKED ")
    )


def without_password(url: str) -> str:
    """The URL as it may be shown: no user, no password, no options."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

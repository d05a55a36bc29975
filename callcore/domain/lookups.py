"""What another system's answer about a caller means.

The answer is a JSON object. Known members, all optional: ``branch`` (a word), ``language``,
``priority``, ``skills`` (a rule, or a list of skills), ``account`` and ``say``, a list of what the
caller hears: ``{"prompt": "billing/balance"}``, ``{"number": 125}``, ``{"digits": "4711"}``,
``{"minutes": 5}``. Other members are ignored, so that a system may tell more than is asked.
"""

from __future__ import annotations

from enum import StrEnum


class LookupFailure(StrEnum):
    """Why a question has no answer of use."""

    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    """Refused, no such host, the connection broke off, a certificate that is not trusted."""
    STATUS = "status"
    """Another HTTP status than 200."""
    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    INVALID = "invalid"
    """JSON, but not what an answer is made of."""
    TOO_MANY = "too_many"
    """As many questions as may be are unanswered."""
    UNKNOWN_LOOKUP = "unknown_lookup"
    """A reload has taken it out of the settings."""

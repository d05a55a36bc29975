"""A question that is put in tests, and what comes of it when there is no answer."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from callcore.adapters.lookups.http_lookups import HttpLookups
from callcore.domain.ids import LookupName
from callcore.domain.policies import LookupPolicy
from callcore.ports.lookups import LookupFailedError

TOKEN = "s3cret"
QUESTION = {"caller_number": "+48200100", "caller_name": 'O"Neil & Co\r\nX: y ☎ \ud83d', "menu": ""}
SECONDS = 0.3
OK = "HTTP/1.1 200 OK\r\n"


def policy_of(url: str, **settings: Any) -> LookupPolicy:
    return replace(
        LookupPolicy(name=LookupName("crm"), url=url, timeout_seconds=SECONDS), **settings
    )


def failure(lookups: HttpLookups, policy: LookupPolicy) -> LookupFailedError:
    """Why there is no answer; told in time, and without the token."""
    started = time.monotonic()
    with pytest.raises(LookupFailedError) as caught:
        lookups.ask(replace(policy, token=TOKEN), QUESTION)
    assert time.monotonic() - started < policy.timeout_seconds + 0.5
    assert TOKEN not in str(caught.value)
    assert "\n" not in str(caught.value)
    return caught.value

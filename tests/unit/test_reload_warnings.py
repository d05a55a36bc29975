"""What an operator is told of promises that a new configuration leaves in difficulties."""

from __future__ import annotations

from dataclasses import replace

from callcore.domain.policies import CallbackPolicy, SitePolicy
from callcore.domain.reload_warnings import of_floor
from tests.flows.floor import POLICY, SALES, SUPPORT
from tests.flows.stories import queue_of

WITHOUT_CONTACT = replace(POLICY, dialplan=replace(POLICY.dialplan, callback_contact=None))
WITH_CONTACT = replace(
    POLICY, dialplan=replace(POLICY.dialplan, callback_contact="sofia/gateway/x/{number}")
)
KEEPING = queue_of(policy=WITH_CONTACT, callback=CallbackPolicy())


def told(policy: SitePolicy, promised: int) -> tuple[str, ...]:
    """With so many promises in support, and nobody else anywhere."""
    return of_floor(policy, {}, (), {SUPPORT: promised, SALES: 0})


def test_promises_that_go_on_as_before_are_not_told() -> None:
    """Nor is a change that concerns none."""
    assert told(KEEPING, 3) == ()
    assert told(queue_of(policy=WITHOUT_CONTACT, callback=None), 0) == ()


def test_queue_that_no_longer_says_how_it_keeps_them_is_told() -> None:
    """They are kept all the same."""
    assert told(queue_of(policy=WITH_CONTACT, callback=None), 3) == (
        "queue support no longer says how it keeps callbacks: 3 promised there are kept as with "
        "callback: {}",
    )


def test_contact_that_is_gone_while_promises_wait_is_told() -> None:
    """Nobody can be called, whatever the queues say."""
    assert told(queue_of(policy=WITHOUT_CONTACT, callback=CallbackPolicy()), 2) == (
        "dialplan.callback_contact is gone: 2 promised callbacks cannot be kept before it is back",
    )

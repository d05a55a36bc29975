"""Which phone a contact is, and what keeps an agent from being asked."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain import phones
from callcore.domain.agents import HoldReason
from callcore.domain.ids import AgentId, QueueName
from callcore.domain.policies import AgentPolicy, Connection

AWAY, BUSY = HoldReason.UNREGISTERED, HoldReason.OUTSIDE_CALL


def agent(
    contact: str = "user/1001@t",
    *,
    must_be_registered: bool = True,
    connection: Connection = Connection.CALLED,
) -> AgentPolicy:
    """An agent with that contact."""
    return AgentPolicy(
        agent_id=AgentId("1001"),
        name="Ann",
        contact=contact,
        queues=(QueueName("support"),),
        must_be_registered=must_be_registered,
        connection=connection,
    )


@pytest.mark.parametrize(
    ("contact", "phone"),
    [
        ("user/1001@pbx.example.com", "1001@pbx.example.com"),
        ("user/1001@PBX.Example.com", "1001@pbx.example.com"),
        ("user/Anna.Nowak@10.0.0.5", "Anna.Nowak@10.0.0.5"),
        ("user/*80@t", "*80@t"),
        ("user/1001", None),
        ("user/1001@", None),
        ("user/@t", None),
        ("user/1001@t:5060", None),
        ("user/1001@t,user/1002@t", None),
        ("user/1001@t@u", None),
        ("USER/1001@t", None),
        ("sofia/internal/1001@t", None),
        ("sofia/internal/1001@10.0.0.21:5060", None),
        ("sofia/gateway/carrier/+48600100200", None),
        ("error/user_busy", None),
        ("", None),
    ],
)
def test_only_a_user_of_the_directory_can_be_followed(contact: str, phone: str | None) -> None:
    """With a domain, in whatever case that is written; users differ by case."""
    assert phones.phone_of(contact) == phone


@given(st.text(max_size=80))
def test_odd_contacts_name_no_phone_or_a_clean_one(text: str) -> None:
    """What is taken for a phone may become part of a command."""
    for found in (phones.phone_of(text), phones.phone_of(f"user/{text}"), phones.phone_at(text)):
        if found is not None:
            user, _, domain = found.partition("@")
            assert found.isascii()
            assert found.isprintable()
            assert not set(found) & set(" \t/\\,;:!|{}[]<>$'\"")
            assert user == phones.user_of(found)
            assert domain == domain.lower()


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_phone_is_found_again_by_its_contact(user: str, domain: str) -> None:
    """However a switch writes the two, the contact made of them is the same phone's."""
    found = phones.phone(user, domain)
    if found is not None:
        assert phones.phone_of(f"user/{user}@{domain.upper()}") == found


def test_agents_may_take_turns_at_a_phone() -> None:
    """Those without one that can be followed are nowhere."""
    contacts = {"1": "user/a@T", "2": "user/a@t", "3": "user/b@t", "4": "sofia/gateway/c/1"}
    agents = {AgentId(name): agent(contact) for name, contact in contacts.items()}
    assert phones.agents_by_phone(agents) == {"a@t": ("1", "2"), "b@t": ("3",)}


@pytest.mark.parametrize("is_registered", [True, False, None])
@pytest.mark.parametrize("is_on_call", [True, False, None])
@pytest.mark.parametrize("before", [set(), {AWAY}, {BUSY}, {AWAY, BUSY}])
@pytest.mark.parametrize("must_be_registered", [True, False])
def test_what_is_not_known_stays_as_it_was(
    before: set[HoldReason],
    *,
    is_registered: bool | None,
    is_on_call: bool | None,
    must_be_registered: bool,
) -> None:
    """Each reason by itself; nobody is held as unregistered whose phone need not register."""
    found = phones.holds(
        agent(must_be_registered=must_be_registered),
        frozenset(before),
        is_registered=is_registered,
        is_on_outside_call=is_on_call,
    )
    is_away = {True: False, False: True, None: AWAY in before}[is_registered]
    is_busy = {True: True, False: False, None: BUSY in before}[is_on_call]
    assert (AWAY in found) == (is_away and must_be_registered)
    assert (BUSY in found) == is_busy


def test_who_stays_on_the_line_need_not_be_registered() -> None:
    """A phone dials with its password whether it registers or not; a second call counts."""
    found = phones.holds(
        agent(connection=Connection.STANDING),
        frozenset({AWAY}),
        is_registered=False,
        is_on_outside_call=True,
    )
    assert found == {BUSY}


def test_who_cannot_be_followed_is_not_held() -> None:
    """Whatever was said before."""
    for registered, busy in itertools.product([True, False, None], repeat=2):
        found = phones.holds(
            agent("sofia/gateway/carrier/+48600100200"),
            frozenset(HoldReason),
            is_registered=registered,
            is_on_outside_call=busy,
        )
        assert found == frozenset()

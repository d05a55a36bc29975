"""The event socket as a client meets it: admission, subscriptions, filters, frames, endings."""

from __future__ import annotations

import itertools
import uuid

import gevent
import greenswitch
import pytest

from callcore.switchsim import wire
from callcore.switchsim.filters import Filters, Subscription
from tests.switchsim.client import Client

DISCONNECT = "text/disconnect-notice"


def test_wrong_password_is_refused_and_the_connection_ended(switch, until):
    """``-ERR invalid``, then a notice, then the end."""
    client = Client(switch.port)
    client.send("auth wrong\n\n")
    until(lambda: client.is_closed)
    assert [frame.headers.get("Reply-Text") for frame in client.replies[1:2]] == ["-ERR invalid"]
    assert client.replies[-1].kind == DISCONNECT


@pytest.mark.parametrize("spelling", ["ops:secret@site", "ops@site:secret"])
def test_user_is_admitted_with_what_is_allowed(make_switch, spelling):
    """``userauth`` knows both spellings and says what the user may."""
    switch = make_switch(users={"ops@site": "secret"})
    client = Client(switch.port)
    client.until(lambda: client.replies)
    reply = client.ask(f"userauth {spelling}")
    assert reply.headers["Reply-Text"] == "+OK accepted"
    assert reply.headers["Allowed-Events"] == "all"
    client.close()


def test_refused_address_hears_a_rude_rejection(make_switch, until):
    """A connection off the access list gets one frame and the end."""
    client = Client(make_switch(refuses=True).port)
    until(lambda: client.is_closed)
    assert [(frame.kind, frame.body) for frame in client.frames] == [
        ("text/rude-rejection", "Access Denied, go away.\n")
    ]


def test_nothing_is_done_before_authentication(switch, until):
    """A command before ``auth`` is not found, and no event is heard."""
    client = Client(switch.port)
    client.until(lambda: client.replies)
    assert client.ask("api status").headers["Reply-Text"] == "-ERR command not found"
    switch.call_in(dialled="5001")
    gevent.sleep(0.05)
    assert client.events == []
    client.close()


def test_commands_are_read_in_pieces_and_answered_in_order(switch):
    """However the bytes arrive, each command has its reply, in order."""
    client = Client(switch.port)
    text = "auth ClueCon\n\napi hostname\n\nnosuch\r\n\r\nbgapi status\nJob-UUID: j-1\n\nexit\n\n"
    for character in text:
        client.send(character)
        gevent.sleep(0)
    client.until(lambda: client.is_closed)
    assert [frame.headers.get("Reply-Text", frame.body) for frame in client.replies[1:-1]] == [
        "+OK accepted",
        "switchsim",
        "-ERR command not found",
        "+OK Job-UUID: j-1",
        "+OK bye",
    ]


def test_body_of_an_order_may_hold_blank_lines(switch, client, until):
    """A body is counted in bytes, so what looks like a command inside it is none."""
    leg = switch.call_in(dialled="5001")
    until(lambda: leg.is_parked)
    body = "note=ż\n\napi global_setvar PWNED=yes\n\n"
    client.ask(
        f"sendmsg {leg.leg_id}\ncall-command: execute\nexecute-app-name: set\n"
        f"content-type: text/plain\ncontent-length: {len(body.encode())}\n\n{body}"[:-2]
    )
    until(lambda: leg.variable("note"))
    assert leg.variable("note") == body.partition("=")[2]
    assert client.api("global_getvar PWNED") == "-ERR no reply\n"


def test_unknown_words_in_a_subscription_are_passed_over(client):
    """Names after ``CUSTOM`` are subclasses; no known name at all is an error."""
    assert client.ask("event json NOSUCH").headers["Reply-Text"] == "-ERR no keywords supplied"
    client.ask("noevents")
    assert "-ERR" in client.ask("noevents").headers["Reply-Text"]


def test_subscription_to_a_subclass(switch, connect):
    """Of ``CUSTOM`` only the named subclasses come."""
    client = connect(events="json CUSTOM sofia::register")
    switch.register("1001")
    switch.unregister("1001")
    client.api("status")
    assert [event["Event-Subclass"] for event in client.events] == ["sofia::register"]


def test_nixed_events_come_no_more(switch, connect, until):
    """After ``nixevent`` the rest still comes, even of ``ALL``."""
    client = connect()
    client.ask("nixevent CHANNEL_STATE CHANNEL_CALLSTATE")
    leg = switch.call_in(dialled="5001")
    until(lambda: leg.is_parked)
    client.api("status")
    assert "CHANNEL_PARK" in client.names()
    assert not {"CHANNEL_STATE", "CHANNEL_CALLSTATE"} & set(client.names())


@pytest.mark.parametrize(
    ("rules", "headers", "passes"),
    [
        ([], {"Unique-ID": "a1"}, True),
        ([("Unique-ID", "/^[0-7]/")], {"Unique-ID": "71"}, True),
        ([("Unique-ID", "/^[0-7]/")], {"Unique-ID": "a1"}, False),
        ([("Unique-ID", "/^[0-7]/")], {"Event-Name": "HEARTBEAT"}, False),
        (
            [("Unique-ID", "/^[0-7]/"), ("Event-Name", "HEARTBEAT")],
            {"Event-Name": "HEARTBEAT"},
            True,
        ),
        ([("Event-Name", "dtmf")], {"Event-Name": "DTMF"}, True),
        ([("A", "1"), ("B", "-2")], {"A": "1", "B": "2"}, False),
        ([("A", "1"), ("B", "-2")], {"A": "1", "B": "3"}, True),
        ([("A", "/(/")], {"A": "("}, False),
    ],
)
def test_filters_are_alternatives(rules, headers, passes):
    """One match lets an event pass, an excluding one stops it, no filtered header drops it."""
    filters = Filters()
    for header, value in rules:
        filters.add(header, value)
    assert filters.let_pass(headers) is passes


def test_filters_are_deleted_by_value_by_header_and_all():
    """``filter delete`` takes off one value, a header's values, or everything."""
    filters = Filters()
    for header, value in (("A", "1"), ("A", "2"), ("B", "3")):
        filters.add(header, value)
    filters.delete("A", "1")
    assert not filters.let_pass({"A": "1"})
    assert filters.let_pass({"A": "2"})
    filters.delete("A", None)
    assert not filters.let_pass({"A": "2"})
    filters.delete("all", None)
    assert filters.let_pass({})


@pytest.mark.parametrize(
    ("value", "deleted", "is_gone"),
    [
        ("/^[ab]/", "/^[ab]/", True),
        ("/^[ab]/", "/^[ba]/", False),
        ("/^[ab]/", "a", False),
        ("-a", "-a", True),
        ("-a", "a", False),
        ("+a", "a", False),
        ("a", "A", False),
        ("a", "", True),
    ],
)
def test_filters_are_deleted_as_they_were_written(value, deleted, is_gone):
    """Letter by letter, patterns and exclusions too; every one that is the same, and no other."""
    filters = Filters()
    filters.add("B", "b")
    for _ in range(2):
        filters.add("A", value)
    filters.delete("a", deleted)
    told = filters.let_pass({"A": "a", "B": "b"}), filters.let_pass({"A": "a"})
    as_added = {"-": (False, False)}.get(value[0], (True, True))
    assert told == ((True, False) if is_gone else as_added)


def test_only_what_begins_with_a_slash_is_a_pattern():
    """``-/a/`` excludes the text ``/a/``."""
    filters = Filters()
    filters.add("A", "/a/")
    filters.add("A", "-/a/")
    assert filters.let_pass({"A": "bab"})
    assert not filters.let_pass({"A": "/a/"})


def test_a_pattern_is_replaced_without_a_gap(switch, connect, until):
    """Added before the old one is deleted: a leg that both let pass misses nothing."""
    client, witness = connect(events=""), connect()
    for text in ("filter Unique-ID /^[a]/", "event json ALL"):
        client.ask(text)
    legs = [
        switch.call_in(dialled="5001", leg_id=f"{digit}{str(uuid.uuid4())[1:]}") for digit in "abc"
    ]
    until(lambda: all(leg.is_parked for leg in legs))
    for old, new in itertools.pairwise(("/^[a]/", "/^[ab]/", "/^[abc]/", "/^[a]/", "/^[ac]/")):
        added = client.ask(f"filter Unique-ID {new}").headers["Reply-Text"]
        assert added == f"+OK filter added. [Unique-ID]=[{new}]"
        for leg in legs:
            leg.press("1")
        deleted = client.ask(f"filter delete Unique-ID {old}").headers["Reply-Text"]
        assert deleted == f"+OK filter deleted. [Unique-ID][{old}]"
    until(lambda: witness.names().count("DTMF") == 12)
    for leg in legs:
        leg.hang_up()
    until(lambda: witness.names().count("CHANNEL_DESTROY") == 3)
    until(lambda: client.names().count("CHANNEL_DESTROY") == 2)
    kept, dropped = legs[0].leg_id, legs[1].leg_id
    assert told(client, kept) == told(witness, kept)
    assert told(client, kept).count("DTMF") == 4
    assert "CHANNEL_HANGUP" not in told(client, dropped)


def test_two_clients_hear_each_what_they_asked_for(switch, connect, until):
    """Filters are a connection's own: two halves make the whole."""
    low, high, witness = connect(events=""), connect(events=""), connect()
    for client, digits in ((low, "01234567"), (high, "89abcdef")):
        client.ask(f"filter Unique-ID /^[{digits}]/")
        client.ask("event json ALL")
    legs = [switch.call_in(dialled="5001") for _ in range(30)]
    until(lambda: all(leg.is_parked for leg in legs))
    for leg in legs:
        leg.hang_up()
    until(lambda: witness.names().count("CHANNEL_DESTROY") == 30)
    until(lambda: (low.names() + high.names()).count("CHANNEL_DESTROY") == 30)
    for leg in legs:
        mine, other = (low, high) if leg.leg_id[0] in "01234567" else (high, low)
        assert told(mine, leg.leg_id) == told(witness, leg.leg_id)
        assert told(other, leg.leg_id) == []
    assert {event["Unique-ID"][0] in "01234567" for event in low.events} == {True}
    assert {event["Unique-ID"][0] in "01234567" for event in high.events} == {False}


def test_global_variables_are_kept_until_the_switch_ends(switch, connect):
    """Set, set on a condition, taken away; every client sees the same, and a new core none."""
    client, other = connect(events=""), connect(events="")
    assert client.api("global_setvar owner_1=one:1") == "+OK"
    assert other.api("global_getvar owner_1") == "one:1"
    for condition, holds in (("two:2", "one:1"), ("one:1", "two:2")):
        assert other.api(f"global_setvar owner_1=two:2={condition}") == "+OK"
        assert client.api("global_getvar owner_1") == holds
    assert "owner_1=two:2\n" in client.api("global_getvar")
    assert client.api("global_setvar owner_1=") == "+OK"
    assert client.api("global_getvar owner_1") == "-ERR no reply\n"
    assert client.api("global_setvar =x").startswith("-USAGE")
    client.api("global_setvar owner_2=one:1")
    switch.restart()
    assert connect(events="").api("global_getvar owner_2") == "-ERR no reply\n"


def told(client, leg_id):
    """The names of what a client was told of a leg."""
    return [event["Event-Name"] for event in client.events if event.get("Unique-ID") == leg_id]


def test_taking_one_event_off_all_leaves_the_others():
    """``nixevent`` after ``event ALL`` keeps what it does not name."""
    subscription = Subscription()
    subscription.add(["ALL"])
    subscription.remove(["DTMF"])
    assert subscription.wants("CHANNEL_PARK", "")
    assert not subscription.wants("DTMF", "")


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        ("local_stream://moh", b"local_stream%3A//moh"),
        ("a\nEvent-Name: FORGED", b"a%0AEvent-Name%3A%20FORGED"),
        ("%0AEvent-Name: x", b"%0AEvent-Name%3A%20x"),
        ("100%%", b"100%25%25"),
        ("%{pin}", b"%25%7Bpin%7D"),
        ("ż", b"%C5%BC"),
        (wire.text_of(b"\xff"), b"%FF"),
    ],
)
def test_plain_values_are_encoded_as_the_switch_does(value, encoded):
    """Unsafe bytes are encoded, but a literal ``%0A`` passes through as it is."""
    assert wire.percent_encoded(value) == encoded


def test_bad_utf8_of_a_caller_passes_through(switch, client, until):
    """A name that is not UTF-8 reaches the client byte for byte, and breaks nothing."""
    name = wire.text_of(b"\xffeve\xfe")
    leg = switch.call_in(dialled="5001", caller_name=name)
    until(lambda: leg.is_parked)
    until(lambda: "CHANNEL_PARK" in client.names())
    (park,) = [event for event in client.events if event["Event-Name"] == "CHANNEL_PARK"]
    assert park["Caller-Caller-ID-Name"] == name
    assert "row_count" in client.api("show channels as json")


def test_heartbeats_come_by_the_clock(make_switch, clock):
    """One ``HEARTBEAT`` a period, with the session count."""
    switch = make_switch(clock=clock, heartbeat_seconds=20.0)
    client = Client(switch.port).enter("json HEARTBEAT")
    clock.advance(61)
    client.api("status")
    assert client.names() == ["HEARTBEAT"] * 3
    assert client.events[0]["Session-Count"] == "0"
    client.close()


def test_switch_listens_on_ipv6(make_switch):
    """The socket may be bound to ``::1``."""
    client = Client(make_switch(host="::1").port, host="::1").enter()
    assert client.api("hostname") == "switchsim"
    client.close()


def test_stalled_switch_says_nothing_until_it_goes_on(switch, client, until):
    """A stall loses nothing: what was asked and what happened is told afterwards."""
    switch.stall()
    count = len(client.frames)
    client.send("api hostname\n\n")
    leg = switch.call_in(dialled="5001")
    until(lambda: leg.is_parked)
    late = Client(switch.port)
    gevent.sleep(0.05)
    assert (len(client.frames), late.frames) == (count, [])
    switch.resume()
    until(lambda: client.replies[-1].body == "switchsim" and "CHANNEL_PARK" in client.names())
    until(lambda: late.frames)
    late.close()


def test_killed_switch_says_nothing(switch, client, until):
    """A kill breaks connections and calls without an event or a notice."""
    leg = switch.call_in(dialled="5001")
    until(lambda: leg.is_parked)
    client.api("status")
    count = len(client.frames)
    switch.kill()
    until(lambda: client.is_closed)
    assert len(client.frames) == count


def test_dropped_connections_leave_calls_alone(switch, client, until):
    """Only the clients' connections break."""
    leg = switch.call_in(dialled="5001")
    until(lambda: leg.is_parked)
    switch.drop_connections()
    until(lambda: client.is_closed)
    assert leg.is_parked
    assert switch.connection_count == 0


def test_other_clients_hear_while_one_does_not_read(switch, connect, until):
    """A client that stops reading holds up nobody."""
    lazy, busy = connect(), connect()
    lazy._reader.kill()
    legs = [switch.call_in(dialled="5001") for _ in range(100)]
    until(lambda: all(leg.is_parked for leg in legs))
    busy.until(lambda: busy.names().count("CHANNEL_PARK") == len(legs))


def test_unchanged_greenswitch_follows_a_whole_call(switch, until):
    """greenswitch's own client subscribes, commands and hears a call from begin to end."""
    inbound = greenswitch.InboundESL("127.0.0.1", switch.port, "ClueCon")
    inbound.connect()
    heard: list[str] = []
    jobs: list[str] = []
    inbound.register_handle("*", lambda event: heard.append(event.headers.get("Event-Name", "")))
    inbound.register_handle(
        "BACKGROUND_JOB", lambda event: jobs.append(event.headers.get("Job-UUID", ""))
    )
    reply = inbound.send("event plain ALL")
    assert reply.headers["Reply-Text"] == "+OK event listener enabled plain"
    switch.register("1001")
    leg = switch.call_in(dialled="5001", caller_name="Ann")
    until(lambda: leg.is_parked)
    assert inbound.send(f"api uuid_exists {leg.leg_id}").data == "true"
    order = f"sendmsg {leg.leg_id}\ncall-command: execute\nexecute-app-name: answer"
    assert inbound.send(order).headers["Reply-Text"] == "+OK"
    job = inbound.send("bgapi originate {origination_uuid=leg-b}user/1001 &park()")
    until(lambda: jobs == [job.headers["Job-UUID"]])
    until(lambda: switch.leg("leg-b").is_parked)
    inbound.send(f"api uuid_bridge {leg.leg_id} leg-b")
    until(lambda: leg.bridged_to == "leg-b")
    leg.hang_up()
    until(lambda: heard.count("CHANNEL_DESTROY") == 2)
    for name in ("CHANNEL_ANSWER", "CHANNEL_BRIDGE", "CHANNEL_UNBRIDGE", "CHANNEL_HANGUP_COMPLETE"):
        assert name in heard
    inbound.stop()

"""Dial strings of FreeSWITCH become contacts, or it is told why not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.importing.freeswitch import dial_strings
from callcore.importing.freeswitch.contacts import Contact, Contacts
from callcore.importing.freeswitch.variables import Variables
from callcore.importing.notes import Kind, Notes
from callcore.importing.places import Place, Source


def contact(text: str) -> tuple[Contact | str, list[str]]:
    notes = Notes()
    source = Source(
        place=Place(file="f", line=1), subject="agent a", parameter="contact", value=text
    )
    made = Contacts(notes, Variables(), 60).contact(source)
    return made, [str(note).partition(": agent a: ")[2] for note in notes]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("user/1000", Contact(address="user/1000")),
        (" user/1000@pbx.example.com:5060 ", Contact(address="user/1000@pbx.example.com:5060")),
        ("sofia/gateway/carrier/+4822", Contact(address="sofia/gateway/carrier/+4822")),
        ("sofia/external/1000@10.0.0.1", Contact(address="sofia/external/1000@10.0.0.1")),
        ("[leg_timeout=10]user/1", Contact(address="user/1", rings_seconds=10)),
        ("{leg_timeout=90}user/1", Contact(address="user/1", rings_seconds=60)),
        ("{originate_timeout=90}user/1", Contact(address="user/1", rings_seconds=90)),
        (
            "{originate_timeout=20}[leg_timeout=30]user/1",
            Contact(address="user/1", rings_seconds=20),
        ),
        ("{^^:leg_timeout=7:a=1,2}user/1", Contact(address="user/1", rings_seconds=7)),
        (
            "{group_confirm_key=#,group_confirm_read_timeout=2500}user/1",
            Contact(address="user/1", confirm_key="#", confirm_seconds=2.5),
        ),
    ],
)
def test_contact_with_what_callcore_has(text, expected):
    """The address, how long it rings, the key that confirms."""
    made, _ = contact(text)
    assert isinstance(made, Contact)
    assert replace(made, rings_by="contact") == expected
    assert made.rings_seconds is None or made.rings_by in text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "user/1,user/2",
            ["contact = user/2: not carried: callcore dials one phone of an agent; instead: let "
             "the user's directory entry dial several"],
        ),
        (
            "loopback/9|user/2",
            ["contact = loopback/9: not carried: callcore dials one phone of an agent; instead: "
             "let the user's directory entry dial several"],
        ),
        (
            "{sip_auth_password=hunter2}user/1",
            ["sip_auth_password = (not shown): not carried: callcore sets no such variable; "
             "instead: set it where the phone is: in the dial-string of the user's directory "
             "entry"],
        ),
        (
            "{group_confirm_key=exec,x='a,b'}user/1",
            ["group_confirm_key = exec: not carried: callcore takes one key, 0 to 9, * or #; "
             "instead: write confirm_key",
             "x = a,b: not carried: callcore sets no such variable; instead: set it where the "
             "phone is: in the dial-string of the user's directory entry"],
        ),
        (
            "sofia/internal/1000%pbx",
            ["contact = sofia/internal/1000%pbx: carried with a difference: user/1000@pbx is "
             "dialled, the same phone if the directory has this user"],
        ),
        (
            "{ignore_early_media=true}user/1",
            ["ignore_early_media = true: nothing to carry: callcore waits for the pick-up anyway"],
        ),
    ],
)  # fmt: skip
def test_what_callcore_does_not_have_is_told(text, told):
    """Each variable and each further phone, with its value unless that is a secret."""
    made, lines = contact(text)
    assert isinstance(made, Contact)
    assert lines == told


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("loopback/1000/default", "callcore does not dial its contact: write it as user/1001@"),
        ("user/..", "callcore does not dial its contact"),
        ("user/1 &bridge(x)", "callcore does not dial its contact"),
        ("user/1\n\nexit", "callcore does not dial its contact"),
        ("[leg_timeout=10user/1", "its contact is no dial string ('[' is not closed)"),
        ("user/1,", "its contact is no dial string (no address in it)"),
        ("user/${caller_id_number}", "its contact has variables of the channel, ${...}"),
        ("user/1@$${domain}", "of its contact $${domain} is not known here: give it with --domain"),
        ("x" * 3000, "its contact has more than 2000 characters"),
    ],
)
def test_no_contact_for_callcore(text, why):
    """The agent cannot be carried, and it is told what would make it so."""
    made, _ = contact(text)
    assert isinstance(made, str)
    assert made.startswith(why)


def test_commas_within_brackets_and_quotes_part_nothing():
    """Variables hold commas; legs are parted by those outside."""
    legs = dial_strings.parse(r"<z=9>{a='1,2',b=\,3}[c=4]user/1,[d=5]user/2|user/3:_:user/4")
    assert [leg.address for leg in legs] == ["user/1", "user/2", "user/3", "user/4"]
    assert dict(legs[0].variables) == {"z": "9", "a": "1,2", "b": r"\,3", "c": "4"}
    assert dict(legs[1].variables) == {"z": "9", "a": "1,2", "b": r"\,3", "d": "5"}


def test_notes_come_by_kind_and_line():
    """What is lost comes first, in the order of the lines."""
    notes = Notes()

    def at(line: int) -> Source:
        return Source(place=Place(file="f", line=line), subject="s", parameter="p", value="v")

    notes.assumed("a")
    notes.changed(at(1), "b")
    notes.not_carried(at(10), "c")
    notes.not_carried(at(9), "d")
    notes.not_carried(at(9), "d")
    assert [note.reason for note in notes] == ["d", "c", "b", "a"]
    assert notes.count(Kind.NOT_CARRIED) == 2

"""No text from outside ends a command, adds a header or a variable, or is expanded."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callcore.adapters.freeswitch import command_bytes, commands, link_commands
from callcore.adapters.freeswitch.command_bytes import Command
from callcore.domain.ids import LegId
from callcore.ports.telephony import HostileTextError, LegRequest
from tests.adapters.freeswitch import recordings, switch_parsing

LEG = LegId("9dc3c890-1ad9-4e85-b984-c5498296b160")
OTHER = LegId("9ec3c890-1ad9-4e85-b984-c5498296b161")
JOB = "0beca626-aec9-4861-bc82-0f7bad9bb14a"

SPECIAL = "{}[]<>,|:;'\"$\\^= \n\r\x00!&()%@./+*#-_aZ0ż\u2028\x1b"
hostile_text = st.text(max_size=60) | st.text(alphabet=SPECIAL, max_size=60)

INJECTIONS = [
    "x\n\napi global_setvar PWNED=yes",
    "x\r\n\r\napi status",
    "x\nEvent-Name: FORGED",
    "bob\x00",
    "${system(reboot)}",
    "$${domain}",
    "},{origination_uuid=x",
    "a,sofia/gateway/expensive/00900",
    "a|error/x",
    "a:_:b",
    "'",
    "\\",
    "^^;a=b;is_vip=true",
    "Bob;is_vip=true",
    "[leg_timeout=1]",
    "<a=b>",
    "a b",
]


def request(**changes: object) -> LegRequest:
    values: dict[str, object] = {
        "leg_id": LEG,
        "contact": "user/1001@example.org",
        "timeout_seconds": 15.0,
        "caller_number": "+48200001",
        "caller_name": "Ann",
        "variables": {"callcore_call": str(OTHER)},
    }
    return LegRequest(**(values | changes))  # type: ignore[arg-type]


def one_command(command: Command) -> switch_parsing.Received:
    (only,) = switch_parsing.received(command.wire)
    assert command.wire.count(b"\x00") == 0
    assert b"${" not in command.wire
    return only


TEXT_ARGUMENTS: dict[str, Callable[[str], Command]] = {
    "answer": lambda text: commands.answer(LegId(text)),
    "pre_answer": lambda text: commands.pre_answer(LegId(text)),
    "ring": lambda text: commands.ring(LegId(text)),
    "play_endlessly leg": lambda text: commands.play_endlessly(LegId(text), "/a.wav"),
    "play_endlessly": lambda text: commands.play_endlessly(LEG, text),
    "announce": lambda text: commands.announce(LEG, ("/a.wav", text)),
    "announce leg": lambda text: commands.announce(LegId(text), ("/a.wav",)),
    "stop_playing": lambda text: commands.stop_playing(LegId(text)),
    "remember value": lambda text: commands.remember(LEG, {"callcore_x": text}),
    "remember name": lambda text: commands.remember(LEG, {text: "x"}),
    "guard extension": lambda text: commands.guard(LEG, 5, text, "public"),
    "guard context": lambda text: commands.guard(LEG, 5, "fallback", text),
    "unguard": lambda text: commands.unguard(LegId(text)),
    "transfer extension": lambda text: commands.transfer(LEG, text, "public"),
    "transfer context": lambda text: commands.transfer(LEG, "fallback", text),
    "originate contact": lambda text: commands.originate(request(contact=text), JOB),
    "originate leg": lambda text: commands.originate(request(leg_id=text), JOB),
    "originate value": lambda text: commands.originate(
        request(variables={"callcore_x": text}), JOB
    ),
    "originate name": lambda text: commands.originate(request(variables={text: "x"}), JOB),
    "originate number": lambda text: commands.originate(request(caller_number=text), JOB),
    "originate caller": lambda text: commands.originate(request(caller_name=text), JOB),
    "originate job": lambda text: commands.originate(request(), text),
    "bridge": lambda text: commands.bridge(LEG, LegId(text)),
    "outlive_talks": lambda text: commands.outlive_talks(LegId(text)),
    "keep_after_talk": lambda text: commands.keep_after_talk(LegId(text), 10),
    "forget_after_talk": lambda text: commands.forget_after_talk(LegId(text)),
    "take_out_of_talk": lambda text: commands.take_out_of_talk(LegId(text), 10),
    "hide_keys": lambda text: commands.hide_keys(LegId(text)),
    "hang_up": lambda text: commands.hang_up(LEG, text),
    "start_recording": lambda text: commands.start_recording(LEG, text),
    "stop_recording": lambda text: commands.stop_recording(LEG, text),
    "leg_exists": lambda text: commands.leg_exists(LegId(text)),
    "sounding": lambda text: commands.sounding(LegId(text)),
    "dump_leg": lambda text: commands.dump_leg(LegId(text)),
    "line": lambda text: command_bytes.line(f"auth {text}"),
}


@pytest.mark.parametrize("argument", TEXT_ARGUMENTS)
@given(text=hostile_text | st.sampled_from(INJECTIONS))
def test_no_text_ends_a_command_or_adds_a_header(argument: str, text: str) -> None:
    """Whatever the text, it is refused or the switch reads one command with its known headers."""
    try:
        command = TEXT_ARGUMENTS[argument](text)
    except HostileTextError:
        return
    only = switch_parsing.received(command.wire)
    assert len(only) == 1
    assert set(only[0].headers) <= {
        "call-command",
        "execute-app-name",
        "event-uuid",
        "event-lock",
        "loops",
        "content-type",
        "content-length",
        "job-uuid",
    }
    assert b"\x00" not in command.wire
    if argument != "line":
        assert b"${" not in command.wire
        assert only[0].line.split(" ")[0] in {"api", "bgapi", "sendmsg"}


@pytest.mark.parametrize(
    "argument", [name for name in TEXT_ARGUMENTS if name not in {"line", "remember value"}]
)
@pytest.mark.parametrize("text", INJECTIONS)
def test_known_injections_are_refused_or_made_harmless(argument: str, text: str) -> None:
    """Exact arguments refuse them; what a phone merely shows loses what is special."""
    harmless_where_shown = {"originate number", "originate caller"}
    if argument == "originate value" and text == "a b":
        return
    if argument in harmless_where_shown:
        shown = originated(request_with(argument, text))
        assert set(shown.variables) <= KNOWN_VARIABLES
        return
    with pytest.raises(HostileTextError):
        TEXT_ARGUMENTS[argument](text)


KNOWN_VARIABLES = {
    "origination_uuid",
    "originate_timeout",
    "ignore_early_media",
    "hangup_after_bridge",
    commands.PARKS_ON_CANCEL,
    "origination_caller_id_number",
    "origination_caller_id_name",
    "callcore_call",
}


def request_with(argument: str, text: str) -> LegRequest:
    field = "caller_number" if argument == "originate number" else "caller_name"
    return request(**{field: text})


def originated(wanted: LegRequest) -> switch_parsing.Originate:
    command = one_command(commands.originate(wanted, JOB))
    argument = command.line.removeprefix("bgapi originate ")
    assert argument != command.line
    return switch_parsing.originate(argument)


@given(number=hostile_text, name=hostile_text)
@example(number="+48200\nEvent-Name: FORGED\n\n001", name="bob%0A%0Aapi global_setvar PWNED=yes")
@example(number="1", name="Zażółć Gęślą")
@example(number="1", name="a ' b")
def test_a_strangers_name_sets_one_variable_and_dials_one_phone(number: str, name: str) -> None:
    """The braces hold what callcore put there, with the values it means."""
    wanted = request(caller_number=number, caller_name=name)
    seen = originated(wanted)
    assert set(seen.variables) <= KNOWN_VARIABLES
    assert seen.variables["origination_uuid"] == LEG
    assert seen.variables["callcore_call"] == OTHER
    assert seen.dial_strings == ["user/1001@example.org"]
    assert seen.extension == "&park()"
    assert set(seen.variables.get("origination_caller_id_number", "")) <= set("0123456789+*#")
    shown = seen.variables.get("origination_caller_id_name", "")
    assert all(letter.isalnum() or letter in " ._-" for letter in shown)


def test_an_ordinary_name_is_shown_as_it_is() -> None:
    """A name of two words with Polish letters survives both splits."""
    seen = originated(request(caller_name="Żaneta Łoś-Nowak Jr."))
    assert seen.variables["origination_caller_id_name"] == "Żaneta Łoś-Nowak Jr."


def test_nobody_is_shown_when_nothing_is_left() -> None:
    """A number or name with nothing showable is left out, never empty."""
    seen = originated(request(caller_number="anonymous", caller_name="\n${x}"[:1]))
    assert "origination_caller_id_number" not in seen.variables
    assert "origination_caller_id_name" not in seen.variables


@pytest.mark.parametrize(
    "value",
    [
        "Bob;is_vip=true",
        "${x}",
        "$x",
        "a'b",
        'a"b',
        "a\\b",
        "^^;a",
        "`x`",
        "{a}",
        " a",
        "a ",
        "a\nb",
    ],
)
def test_values_that_would_not_be_kept_as_they_are_are_refused(value: str) -> None:
    """A separator, a quote, an escape, an expansion, a blank that would be lost."""
    with pytest.raises(HostileTextError):
        commands.remember(LEG, {"callcore_x": value})


VARIABLE_NAMES = st.from_regex(r"callcore_[a-z]{1,8}", fullmatch=True)


@given(values=st.dictionaries(VARIABLE_NAMES, hostile_text | st.text("ab;='\\ ", max_size=6)))
def test_kept_variables_are_set_as_given_or_refused(values: dict[str, str]) -> None:
    """No value sets another variable, and what is accepted arrives unchanged."""
    try:
        command = commands.remember(LEG, values)
    except HostileTextError:
        return
    argument = one_command(command).line.removeprefix("api uuid_setvar_multi ")
    assert argument.startswith(f"{LEG} ")
    assert switch_parsing.set_variables(argument) == {**values, commands.PARKS_ON_CANCEL: "true"}


@pytest.mark.parametrize("value", ["", "sales", "1795283150993843", "pl,en", "a=b", "Żółć", "a b"])
def test_ordinary_values_are_kept(value: str) -> None:
    """Queue names, instants and lists of skills are no hostile text."""
    argument = one_command(commands.remember(LEG, {"callcore_x": value})).line
    kept = switch_parsing.set_variables(argument.removeprefix("api uuid_setvar_multi "))
    assert kept == {"callcore_x": value, commands.PARKS_ON_CANCEL: "true"}


@pytest.mark.parametrize(
    "contact",
    [
        "user/1001",
        "user/1001@example.org",
        "sofia/internal/1001@127.0.0.1:6100",
        "sofia/internal/sip:1001@10.0.0.1:5060;transport=tls",
        "sofia/gateway/carrier-1/+48200001",
        "error/USER_BUSY",
    ],
)
def test_contacts_of_a_configuration_are_dialled(contact: str) -> None:
    """The forms the guide names are accepted and arrive as one dial string."""
    assert originated(request(contact=contact)).dial_strings == [contact]


@pytest.mark.parametrize(
    "path",
    [
        "/usr/share/callcore/sounds/en/position-3.wav",
        "ivr/8000/ivr-welcome.wav",
        "local_stream://moh",
        "tone_stream://%(500,500,440,480);loops=-1",
        "silence_stream://-1",
        "file_string:///a.wav!/b.wav!local_stream://moh",
    ],
)
def test_sounds_of_a_configuration_are_played(path: str) -> None:
    """The argument travels as a body, exactly as it is."""
    played = one_command(commands.play_endlessly(LEG, path))
    assert played.line == f"sendmsg {LEG}"
    assert played.body == commands.OF_OURS + path
    assert played.headers["execute-app-name"] == "playback"
    assert played.headers["loops"] == "-1"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/a/../b.wav",
        "http://evil.example/x.wav",
        "shell_stream:///bin/sh",
        "say:hello",
        "hangup::USER_BUSY",
        "/a.wav aleg",
        "{a=b}/a.wav",
        "/a.wav@@x y",
        "file_string://",
        "file_string:///a.wav!hangup::x",
        "local_stream://a!b",
        "/" + "a" * 600,
    ],
)
def test_what_is_no_sound_is_refused(path: str) -> None:
    """Other stream kinds fetch or run things; ``::`` would run an application."""
    with pytest.raises(HostileTextError):
        commands.play_endlessly(LEG, path)
    with pytest.raises(HostileTextError):
        commands.announce(LEG, (path,))


def test_an_announcement_is_one_sequence() -> None:
    """Several sounds are one command; one sound is itself; a sequence among them is taken apart."""
    several = one_command(commands.announce(LEG, ("/a.wav", "file_string:///b.wav!/c.wav")))
    assert several.line == f"sendmsg {LEG}"
    assert several.headers["execute-app-name"] == "playback"
    assert several.headers["event-lock"] == "true"
    assert several.body == commands.OF_OURS + "file_string:///a.wav!/b.wav!/c.wav"
    assert one_command(commands.announce(LEG, ("/a.wav",))).body == commands.OF_OURS + "/a.wav"
    with pytest.raises(HostileTextError):
        commands.announce(LEG, ())


@pytest.mark.parametrize("seconds", [0, -1, 10**9])
def test_a_guard_has_a_sane_length(seconds: int) -> None:
    """A negative instant would transfer the caller at once."""
    with pytest.raises(HostileTextError):
        commands.guard(LEG, seconds, "fallback", "public")


def test_an_endless_command_is_refused() -> None:
    """FreeSWITCH reads commands a byte at a time."""
    many = {f"callcore_x{number}": "x" * 2000 for number in range(20)}
    with pytest.raises(HostileTextError):
        commands.remember(LEG, many)
    with pytest.raises(HostileTextError):
        commands.remember(LEG, {f"callcore_x{number}": "1" for number in range(61)})
    with pytest.raises(HostileTextError):
        commands.remember(LEG, {})


def test_a_command_does_not_show_what_it_holds() -> None:
    """A password or a caller's number is not in the representation that a log may print."""
    assert "ClueCon" not in repr(command_bytes.line("auth ClueCon"))


def test_recorded_commands_are_what_callcore_sends() -> None:
    """The forms that a real switch accepted in the recordings, word for word."""
    lines = {
        message.wire.decode().strip()
        for name in ("02", "11", "17b")
        for message in recordings.recording(name)
        if not message.is_from_switch
    }
    recorded_leg = LegId("9dc3c890-1ad9-4e85-b984-c5498296b160")
    dump = commands.dump_leg(recorded_leg).wire.decode().strip()
    assert {dump, commands.list_legs().wire.decode().strip()} <= lines
    assert link_commands.leave().wire.decode().strip() in lines
    caller, agent = (
        LegId("10346926-c48c-4bd5-9ce3-52ebda9f414a"),
        LegId("f3b08e6b-7ff3-460f-bb07-31ddab0846d5"),
    )
    assert commands.bridge(caller, agent).wire.decode().strip() in lines
    assert commands.leg_exists(caller).wire.decode().strip() in lines

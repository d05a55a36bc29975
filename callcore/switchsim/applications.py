"""The applications a dialplan or an order may name, each by its effect on the leg."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcore.switchsim import digits, playing, recording
from callcore.switchsim.steps import MICROS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from callcore.switchsim.channels import Channel
    from callcore.switchsim.life import Application, Life

_ANSWERED_BY_HANGUP = "NORMAL_CLEARING"


def playback(life: Life, argument: str) -> None:
    """Plays a sound; a terminator key, by default ``*``, ends it."""
    channel = life.channel
    ending = playing.play(life, argument, lambda digit: playing.breaks_playback(channel, digit))
    channel.set("current_application_response", playing.RESPONSES[ending])


def endless_playback(life: Life, argument: str) -> None:
    """Plays a sound over and over until the leg does something else; a break only restarts it."""
    channel = life.channel
    ending = playing.Ending.FAILED
    while channel.is_ready:
        ending = playing.play(life, argument)
        if ending in (playing.Ending.FAILED, playing.Ending.MISSING):
            break
    channel.set("current_application_response", playing.RESPONSES[ending])


def play_and_get_digits(life: Life, argument: str) -> None:
    """Asks for digits."""
    question = digits.Question.read(argument)
    if question is not None:
        digits.ask(life, question)


def park(life: Life, _argument: str) -> None:
    """Awaits orders."""
    life.park()


def answer(life: Life, _argument: str) -> None:
    """Answers the line."""
    life.channel.answer()


def pre_answer(life: Life, _argument: str) -> None:
    """Starts early media."""
    life.channel.start_early_media()


def ring_ready(life: Life, _argument: str) -> None:
    """Tells the caller that it rings."""
    life.channel.ring()


def hangup(life: Life, argument: str) -> None:
    """Ends the leg."""
    life.channel.hang_up(argument.strip() or _ANSWERED_BY_HANGUP)


def sleep(life: Life, argument: str) -> None:
    """Does nothing for some milliseconds, but obeys orders."""
    channel = life.channel
    until = channel.now() + int(argument or 0) * 1000
    while channel.is_ready and not channel.is_breaking and channel.now() < until:
        if not life.obey_orders():
            channel.alarm.sleep(until)


def echo(life: Life, _argument: str) -> None:
    """Sends back what is heard until the leg does something else."""
    channel = life.channel
    while channel.is_ready and not channel.is_breaking:
        while channel.digits:
            playing.take_digit(channel)
        if not life.obey_orders():
            channel.alarm.sleep()


def set_variable(life: Life, argument: str) -> None:
    """Sets ``name=value``."""
    name, _, value = argument.partition("=")
    life.channel.set(name, value or None)


def unset(life: Life, argument: str) -> None:
    """Takes a variable off."""
    life.channel.set(argument, None)


def multiset(life: Life, argument: str) -> None:
    """Sets several variables, parted by spaces or, with ``^^;``, by another character."""
    separator = " "
    if argument.startswith("^^") and len(argument) > len("^^"):
        separator, argument = argument[2], argument[3:]
    for assignment in argument.split(separator):
        set_variable(life, assignment)


def transfer(life: Life, argument: str) -> None:
    """Sends the leg to ``extension [dialplan [context]]``."""
    words = argument.split()
    if words:
        context = words[2] if len(words) > len(("extension", "dialplan")) else None
        life.switch.transfer(life.channel, words[0], context)


def sched_transfer(life: Life, argument: str) -> None:
    """Sends the leg to an extension later: ``+seconds extension [dialplan [context]]``."""
    words = argument.split()
    if len(words) < len(("when", "extension")):
        return
    channel, extension = life.channel, words[1]
    context = words[3] if len(words) > len(("when", "extension", "dialplan")) else None
    life.switch.schedule(
        words[0], channel.uuid, lambda: life.switch.transfer(channel, extension, context)
    )


def sched_hangup(life: Life, argument: str) -> None:
    """Ends the leg later: ``+seconds [cause]``."""
    words = argument.split()
    if words:
        channel = life.channel
        cause = words[1] if len(words) > 1 else "ALLOTTED_TIMEOUT"
        life.switch.schedule(words[0], channel.uuid, lambda: channel.hang_up(cause))


def sched_cancel(life: Life, argument: str) -> None:
    """Takes off what is scheduled for the leg, or for a group of that name."""
    life.switch.unschedule(argument or life.channel.uuid)


def record(life: Life, argument: str) -> None:
    """Records the leg alone until a limit, a break or its end: ``path [seconds]``."""
    channel = life.channel
    path, _, limit = argument.partition(" ")
    recording.start(channel, path)
    seconds = limit.split(" ")[0]
    until = channel.now() + int(seconds) * MICROS if seconds.isdigit() else None
    while channel.is_ready and not channel.is_breaking:
        if channel.digits and playing.breaks_playback(channel, playing.take_digit(channel)):
            break
        if until is not None and channel.now() >= until:
            break
        channel.alarm.sleep(until)
    channel.is_breaking = False
    recording.stop(channel, path)


def record_session(life: Life, argument: str) -> None:
    """Begins recording and goes on."""
    recording.start(life.channel, argument)


def stop_record_session(life: Life, argument: str) -> None:
    """Ends a recording."""
    recording.stop(life.channel, argument)


def eavesdrop(life: Life, argument: str) -> None:
    """Listens to another leg until either ends; keys switch between whispering and joining."""
    channel = life.channel
    target: Channel | None = life.switch.channel(argument.strip())
    if target is None:
        return
    ring = channel.alarm.ring_at_next_step

    def hear(what: str) -> None:
        if what.startswith("hangup"):
            ring()

    target.when_changed.append(hear)
    channel.note(f"eavesdrop {target.uuid}")
    try:
        while channel.is_ready and target.is_up:
            while channel.digits:
                playing.take_digit(channel)
            channel.alarm.sleep()
    finally:
        target.when_changed.remove(hear)


NEEDS_MEDIA = frozenset(
    {
        "eavesdrop",
        "echo",
        "endless_playback",
        "play_and_get_digits",
        "playback",
        "record",
        "record_session",
    }
)
"""Before one of these is executed, a leg that is not answered gets early media."""

APPLICATIONS: Mapping[str, Application] = {
    "answer": answer,
    "echo": echo,
    "eavesdrop": eavesdrop,
    "endless_playback": endless_playback,
    "export": set_variable,
    "hangup": hangup,
    "multiset": multiset,
    "park": park,
    "play_and_get_digits": play_and_get_digits,
    "playback": playback,
    "pre_answer": pre_answer,
    "record": record,
    "record_session": record_session,
    "ring_ready": ring_ready,
    "sched_cancel": sched_cancel,
    "sched_hangup": sched_hangup,
    "sched_transfer": sched_transfer,
    "set": set_variable,
    "sleep": sleep,
    "stop_record_session": stop_record_session,
    "transfer": transfer,
    "unset": unset,
}

"""API commands about what a channel hears and says: sounds, breaks, digits, recordings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcore.switchsim import playing, recording
from callcore.switchsim.api_uuid import NO_CHANNEL, OK
from callcore.switchsim.holding import LEAD_STEPS
from callcore.switchsim.states import Order

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from callcore.switchsim.channels import Channel
    from callcore.switchsim.core import Core

_NO_SESSION = "-ERR Cannot locate session!\n"
_DIGITS = frozenset("0123456789*#ABCD")


def broadcast(switch: Core, arguments: str) -> str:
    r"""``uuid_broadcast <uuid> <path>|<app>::<args> [aleg|bleg|both]``; ``\s`` is a space."""
    words = arguments.split(" ")
    if len(words) < len(("uuid", "path")):
        return "-USAGE: <uuid> <path> [aleg|bleg|holdb|both]\n"
    channel = switch.channel(words[0])
    if channel is None:
        return "-ERR invalid uuid\n"
    application, separator, argument = words[1].replace("\\s", " ").partition("::")
    if not separator:
        application, argument = "playback", application
    side = words[2] if len(words) > len(("uuid", "path")) else "aleg"
    for one in _sides(channel, side):
        one.orders.append(
            Order(
                application=application,
                argument=argument,
                is_locking=True,
                lead_steps=LEAD_STEPS,
            )
        )
        one.alarm.ring_at_next_step()
    return "+OK Message sent\n"


def break_playback(switch: Core, arguments: str) -> str:
    """``uuid_break <uuid> [all]``."""
    if not arguments:
        return "-USAGE: <uuid> [all]\n"
    uuid, _, flags = arguments.partition(" ")
    channel = switch.channel(uuid)
    if channel is None:
        return NO_CHANNEL
    playing.break_playback(channel, is_all="all" in flags)
    return OK


def record(switch: Core, arguments: str) -> str:
    """``uuid_record <uuid> start|stop|mask|unmask <path> [<limit>]``."""
    words = arguments.split()
    if len(words) < len(("uuid", "action", "path")):
        return "-USAGE: <uuid> [start|stop|mask|unmask] <path> [<limit>] [<recording_vars>]\n"
    channel = switch.channel(words[0])
    if channel is None:
        return _NO_SESSION
    action, path = words[1], words[2]
    if action == "start":
        recording.start(channel, path)
        return "+OK Success\n"
    if action == "stop":
        has_worked = recording.stop(channel, path)
        return "+OK Success\n" if has_worked else "-ERR Cannot stop record session!\n"
    if action in {"mask", "unmask", "pause", "resume"} and path in channel.recordings:
        return "+OK Success\n"
    return f"-ERR Cannot {action} recording session!\n"


def receive_digits(switch: Core, arguments: str) -> str:
    """``uuid_recv_dtmf <uuid> <digits>[@<milliseconds>]``: as if the phone had sent them."""
    uuid, space, pressed = arguments.partition(" ")
    if not space:
        return "-USAGE: <uuid> <dtmf_data>\n"
    channel = switch.channel(uuid)
    if channel is None:
        return _NO_SESSION
    press(channel, pressed.partition("@")[0], "APP")
    return f"+OK {uuid} received DTMF {pressed}.\n"


def send_digits(switch: Core, arguments: str) -> str:
    """``uuid_send_dtmf <uuid> <digits>``: to the phone."""
    uuid, space, pressed = arguments.partition(" ")
    if not space:
        return "-USAGE: <uuid> <dtmf_data>\n"
    channel = switch.channel(uuid)
    if channel is None:
        return _NO_SESSION
    channel.note(f"hears digits {pressed}")
    return f"+OK {uuid} sent DTMF {pressed}.\n"


def answer(switch: Core, arguments: str) -> str:
    """``uuid_answer <uuid>``."""
    channel = switch.channel(arguments)
    if channel is None:
        return "-ERROR\n"
    channel.answer()
    return OK


def pre_answer(switch: Core, arguments: str) -> str:
    """``uuid_pre_answer <uuid>``."""
    return _on_leg(switch, arguments, lambda channel: channel.start_early_media())


def ring_ready(switch: Core, arguments: str) -> str:
    """``uuid_ring_ready <uuid>``."""
    return _on_leg(switch, arguments, lambda channel: channel.ring())


def press(channel: Channel, digits: str, source: str) -> None:
    """Queues digits that the leg's phone sent."""
    channel.digits.extend((digit, source) for digit in digits.upper() if digit in _DIGITS)
    channel.alarm.ring_at_next_step()


def _on_leg(switch: Core, uuid: str, act: Callable[[Channel], None]) -> str:
    channel = switch.channel(uuid)
    if channel is None:
        return NO_CHANNEL
    act(channel)
    return OK


def _sides(channel: Channel, side: str) -> list[Channel]:
    sides = [channel] if side in {"aleg", "both", "holdb"} else []
    if side in {"bleg", "both"} and channel.partner is not None:
        sides.append(channel.partner)
    return sides


COMMANDS: Mapping[str, Callable[[Core, str], str]] = {
    "uuid_answer": answer,
    "uuid_break": break_playback,
    "uuid_broadcast": broadcast,
    "uuid_pre_answer": pre_answer,
    "uuid_record": record,
    "uuid_recv_dtmf": receive_digits,
    "uuid_ring_ready": ring_ready,
    "uuid_send_dtmf": send_digits,
}

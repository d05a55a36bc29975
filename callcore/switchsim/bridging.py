"""Two legs that talk: from ``uuid_bridge`` to the end of the conversation.

After ``switch_ivr_uuid_bridge`` and ``uuid_bridge_on_soft_execute``: both legs drop what they do,
meet, and the first of them carries the bridge and its events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcore.switchsim import holding, playing, profiles
from callcore.switchsim.states import AnswerState, State
from callcore.switchsim.steps import MICROS

if TYPE_CHECKING:
    from callcore.switchsim.channels import Channel
    from callcore.switchsim.life import Life

_TALKING = (State.SOFT_EXECUTE, State.EXCHANGE_MEDIA)
_MEETING = (State.HIBERNATE, State.RESET, State.SOFT_EXECUTE)


def start(first: Channel, second: Channel, fresh_uuids: tuple[str, str]) -> bool:
    """Sends two legs to their meeting; False if neither of them has sound."""
    if not first.is_up or not second.is_up or not (first.has_media or second.has_media):
        return False
    if not first.has_media:
        # As on a real switch: "reversing order of channels so this will work".
        first, second = second, first
    former_partners = [
        one
        for one in (first.partner, second.partner)
        if one is not None and one not in (first, second)
    ]
    for one, other, identity in (
        (first, second, fresh_uuids[0]),
        (second, first, fresh_uuids[1]),
    ):
        one.set("bridge_channel", other.profile.channel_name)
        one.set("bridge_uuid", other.uuid)
        one.set("signal_bond", other.uuid)
        one.set("original_destination_number", one.profile.destination)
        one.set("original_caller_id_name", one.profile.caller_name)
        one.set("original_caller_id_number", one.profile.caller_number)
        source = f"{one.now() // MICROS}:{identity}:uuid_br:{other.uuid}"
        one.step_profile(transfer_source=source)
        one.push("transfer_history", source)
        one.set("transfer_source", source)
    first.set("uuid_bridge", second.uuid)
    _show_each_other(first, second)
    second.has_hit_dialplan = second.is_inbound
    first.is_originator, second.is_originator = True, False
    first.partner, second.partner = second, first
    for channel in (first, second):
        channel.is_breaking_orders = channel.order_depth > 0
        channel.shall(State.HIBERNATE)
    for former_partner in former_partners:
        former_partner.alarm.ring_at_next_step()
    return True


def meet(life: Life) -> None:
    """The running of ``SOFT_EXECUTE``: waits for the partner; the first leg carries the bridge."""
    channel = life.channel
    partner = channel.partner
    if partner is None:
        channel.hang_up("DESTINATION_OUT_OF_ORDER")
    elif channel.is_originator:
        _carry(life, partner)
    else:
        while channel.is_ready and partner.is_up and partner.partner is channel:
            channel.alarm.sleep()
        if channel.is_ready:
            channel.hang_up("DESTINATION_OUT_OF_ORDER")


def follow(life: Life) -> None:
    """The running of ``EXCHANGE_MEDIA``: the second leg of a bridge talks."""
    channel = life.channel
    _talk(life)
    holding.end_with_bridge(channel)
    _note_end(channel)
    if channel.is_up:
        channel.call_uuid = channel.uuid
        channel.set("call_uuid", channel.uuid)
    if channel.is_ready:
        _go_on(life, State.HANGUP)


def _carry(life: Life, partner: Channel) -> None:
    channel = life.channel
    channel.set("uuid_bridge", None)
    while partner.running is not State.SOFT_EXECUTE and partner.state in _MEETING:
        if not channel.is_ready:
            break
        channel.alarm.sleep_one_step()
    channel.alarm.sleep_one_step()
    if not (channel.is_ready and partner.is_ready and partner.partner is channel):
        _give_up(channel, partner)
        return
    if not (channel.has_media and partner.has_media):
        soundless = partner if channel.has_media else channel
        soundless.hang_up("DESTINATION_OUT_OF_ORDER")
        (channel if soundless is partner else partner).hang_up("ORIGINATOR_CANCEL")
        return
    _begin(channel, partner)
    _talk(life)
    holding.end_with_bridge(channel)
    _note_end(channel)
    channel.fire("CHANNEL_UNBRIDGE", before=_sides(channel, partner))
    channel.note(f"unbridge {partner.uuid}")
    if channel.is_ready:
        _go_on(life, State.EXECUTE)


def _begin(channel: Channel, partner: Channel) -> None:
    for one, other in ((channel, partner), (partner, channel)):
        one.fire(
            "CHANNEL_EXECUTE",
            after={"Application": "uuid_bridge", "Application-Data": other.uuid},
        )
    for one in (channel, partner):
        if one.answer_state is AnswerState.EARLY:
            one.answer()
    for one in (channel, partner):
        one.times.bridged = one.now()
        one.is_talking = True
        one.call_uuid = channel.uuid
        one.set("call_uuid", channel.uuid)
    channel.fire("CHANNEL_BRIDGE", before=_sides(channel, partner))
    for one, other in ((channel, partner), (partner, channel)):
        one.set("bridge_to", other.uuid)
        one.set("last_bridge_to", other.uuid)
        one.set("last_sent_callee_id_name", other.profile.first_caller_name)
        one.set("last_sent_callee_id_number", other.profile.first_caller_number)
        one.note(f"bridge {other.uuid}")
    partner.set("last_bridge_role", "originatee")
    partner.shall(State.EXCHANGE_MEDIA)
    partner.alarm.ring_now()


def _talk(life: Life) -> None:
    channel = life.channel
    while channel.is_ready and (partner := _partner_in_talk(channel)) is not None:
        if life.obey_orders():
            continue
        while channel.digits:
            digit = playing.take_digit(channel)
            partner.note(f"hears digit {digit}")
        channel.alarm.sleep()
    channel.is_talking = False


def _partner_in_talk(channel: Channel) -> Channel | None:
    partner = channel.partner
    if partner is None or partner.partner is not channel or partner.state not in _TALKING:
        return None
    return partner


def _note_end(channel: Channel) -> None:
    partner = channel.partner
    channel.set("bridge_to", None)
    cause = channel.hangup_cause or "NORMAL_CLEARING"
    if partner is not None and partner.hangup_cause and channel.is_up:
        cause = partner.hangup_cause
        channel.set("last_bridge_hangup_cause", cause)
    channel.set("bridge_hangup_cause", cause)


def _go_on(life: Life, otherwise: State) -> None:
    """What a leg does whose partner left it."""
    channel = life.channel
    after = channel.get("transfer_after_bridge")
    if channel.is_true("park_after_bridge"):
        channel.proceed(State.PARK)
    elif after is not None:
        channel.set("transfer_after_bridge", None)
        _transfer(life, after)
    elif otherwise is State.HANGUP:
        channel.hang_up()
    else:
        channel.proceed(otherwise)


def _transfer(life: Life, where: str) -> None:
    """``extension[:dialplan[:context]]``, the extension in quotes if it holds a colon."""
    if where.startswith("'"):
        extension, _, rest = where[1:].partition("'")
        rest = rest.removeprefix(":")
    else:
        extension, _, rest = where.partition(":")
    dialplan, _, context = rest.partition(":")
    life.switch.transfer(life.channel, extension, context or None, dialplan or None)


def _give_up(channel: Channel, partner: Channel) -> None:
    if channel.is_ready and channel.is_true("uuid_bridge_park_on_cancel"):
        channel.proceed(State.PARK)
    elif channel.is_ready:
        channel.hang_up("DESTINATION_OUT_OF_ORDER")
    if partner.partner is channel and partner.state in _TALKING:
        partner.hang_up("DESTINATION_OUT_OF_ORDER")


def _sides(channel: Channel, partner: Channel) -> dict[str, str]:
    return {"Bridge-A-Unique-ID": channel.uuid, "Bridge-B-Unique-ID": partner.uuid}


def _show_each_other(first: Channel, second: Channel) -> None:
    first.other_leg = {
        "Other-Type": "originatee",
        **profiles.headers(second.profile, second.times, "Other-Leg"),
    }
    second.other_leg = {
        "Other-Type": "originator",
        **profiles.headers(first.profile, first.times, "Other-Leg"),
    }
    if second.is_inbound:
        second.profile.callee_name = second.profile.caller_name
        second.profile.callee_number = second.profile.caller_number
    first.profile.callee_name = second.profile.callee_name
    first.profile.callee_number = second.profile.callee_number
    second.profile.caller_name = first.profile.caller_name
    second.profile.caller_number = first.profile.caller_number

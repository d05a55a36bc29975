"""Putting a partner on hold from a phone, and off again.

After ``switch_core_media_toggle_hold``, ``switch_channel_mark_hold`` and the end of
``audio_bridge_thread``. A leg that ends while it holds takes its partner with it, whatever
``park_after_bridge`` says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcore.switchsim.states import CallState, Order
from callcore.switchsim.steps import MICROS

if TYPE_CHECKING:
    from callcore.ports.surroundings import Clock
    from callcore.switchsim.channels import Channel

LEAD_STEPS = 10
"""A broadcast sound begins after ten frames: 200 ms."""

PAUSE_MICROS = 250_000
"""How long the switch rests after it put a partner on hold, and again before it takes one off."""


def hold(channel: Channel, music: str | None) -> None:
    """The leg's phone puts its partner on hold; ``music`` is played to the partner, if given."""
    if not channel.is_up or channel.call_state is CallState.HELD:
        return
    channel.times.last_hold = channel.now()
    channel.set_call_state(CallState.HELD)
    channel.fire("CHANNEL_HOLD")
    channel.note("hold")
    partner = channel.partner
    if music is not None and partner is not None and partner.is_talking:
        partner.orders.append(_music_order(music))
        partner.alarm.ring_at_next_step()


def unhold_by_phone(channel: Channel, clock: Clock) -> None:
    """The leg's phone asks for its partner back; the switch takes its time over it.

    By then the music plays, however soon after the hold it was asked for.
    """
    begins_at = max(channel.now(), channel.times.last_hold + PAUSE_MICROS)
    clock.after((begins_at + PAUSE_MICROS - channel.now()) / MICROS, lambda: unhold(channel))


def unhold(channel: Channel) -> None:
    """Takes the partner off hold."""
    if not channel.is_up or channel.call_state is not CallState.HELD:
        return
    if channel.partner is not None:
        _end_music(channel.partner)
    release(channel)
    channel.set_call_state(CallState.ACTIVE)


def release(channel: Channel) -> None:
    """Tells that the leg holds its partner no more, if it did."""
    if channel.call_state is not CallState.HELD:
        return
    channel.times.hold_accumulated += channel.now() - channel.times.last_hold
    channel.set_call_state(CallState.UNHELD)
    channel.fire("CHANNEL_UNHOLD")
    channel.note("unhold")


def end_with_bridge(channel: Channel) -> None:
    """What becomes of a hold when the talk is over: the partner left on it is hung up."""
    if not channel.was_hung_up_holding and channel.call_state is not CallState.HELD:
        return
    partner = channel.partner
    if partner is not None and _is_left_behind(partner, channel):
        _end_music(partner)
        partner.hang_up()
    if channel.is_up:
        release(channel)


def _is_left_behind(partner: Channel, channel: Channel) -> bool:
    """True of a partner who did not go elsewhere: a transferred one is not ready until it does."""
    return partner.partner is channel and partner.is_talking and partner.is_ready


def _music_order(music: str) -> Order:
    return Order(
        application="playback",
        argument=music,
        is_locking=True,
        lead_steps=LEAD_STEPS,
        loops=-1,
    )


def _end_music(partner: Channel) -> None:
    waiting = [order for order in partner.orders if order.loops < 0]
    for order in waiting:
        partner.orders.remove(order)
    if partner.order_depth and not waiting:
        partner.is_breaking = True
        partner.is_breaking_orders = True
        partner.alarm.ring_at_next_step()

"""Putting a partner on hold from a phone, and off again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcore.switchsim.states import CallState, Order

if TYPE_CHECKING:
    from callcore.switchsim.channels import Channel

LEAD_STEPS = 10
"""A broadcast sound begins after ten frames: 200 ms."""


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


def unhold(channel: Channel) -> None:
    """The leg's phone takes its partner off hold."""
    if not channel.is_up or channel.call_state is not CallState.HELD:
        return
    if channel.partner is not None:
        _end_music(channel.partner)
    channel.times.hold_accumulated += channel.now() - channel.times.last_hold
    channel.set_call_state(CallState.UNHELD)
    channel.fire("CHANNEL_UNHOLD")
    channel.set_call_state(CallState.ACTIVE)
    channel.note("unhold")


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
    if partner.playing and not waiting:
        partner.is_breaking = True
        partner.is_breaking_orders = True
        partner.alarm.ring_at_next_step()

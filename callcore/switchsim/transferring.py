"""Sending a leg to an extension of the dialplan (``switch_ivr_session_transfer``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcore.switchsim.states import State
from callcore.switchsim.steps import MICROS

if TYPE_CHECKING:
    from callcore.switchsim.channels import Channel


def transfer(channel: Channel, extension: str, context: str | None, identity: str) -> None:
    """Makes the leg drop what it does and follow ``extension``; a partner is left behind.

    ``identity`` is a fresh id for the history of transfers.
    """
    place = context or channel.profile.context
    source = f"{channel.now() // MICROS}:{identity}:bl_xfer:{extension}/{place}/XML"
    channel.step_profile(
        redirected_from=channel.profile.destination,
        destination=extension,
        context=place,
        dialplan="XML",
        transfer_source=source,
    )
    channel.push("transfer_history", source)
    channel.set("transfer_source", source)
    channel.set("signal_bond", None)
    channel.other_leg = {}
    channel.times.bridged = 0
    channel.has_hit_dialplan = True
    channel.is_breaking_orders = channel.order_depth > 0
    channel.note(f"transfer {extension}")
    channel.shall(State.ROUTING)

"""Sending a leg to an extension of the dialplan (``switch_ivr_session_transfer``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcore.switchsim.states import State
from callcore.switchsim.steps import MICROS

if TYPE_CHECKING:
    from callcore.switchsim.channels import Channel


INLINE = "inline"
"""The dialplan whose extensions are what they do: ``set:a=b,park`` (``inline_dialplan_hunt``)."""


def transfer(
    channel: Channel, extension: str, context: str | None, identity: str, dialplan: str | None
) -> None:
    """Makes the leg drop what it does and follow ``extension``; a partner is left behind.

    ``identity`` is a fresh id for the history of transfers.
    """
    place, plan = context or channel.profile.context, dialplan or "XML"
    source = f"{channel.now() // MICROS}:{identity}:bl_xfer:{extension}/{place}/{plan}"
    channel.step_profile(
        redirected_from=channel.profile.destination,
        destination=extension,
        context=place,
        dialplan=plan,
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


def inline_applications(channel: Channel) -> list[tuple[str, str]]:
    """The applications that the leg's destination names; the leg is where it was before then."""
    profile = channel.profile
    parts = [text.partition(":") for text in profile.destination.split(",")]
    profile.destination, profile.redirected_from = profile.redirected_from, ""
    return [(name, argument) for name, _, argument in parts]

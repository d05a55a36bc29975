"""Where a call of the floor is, and so whose: on the node of its legs, or among the promises."""

from __future__ import annotations

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.ids import NodeName
from callcore.flows.site import Site
from callcore.ports.stores import FloorCall, FloorCallState

_STILL_TO_BE_KEPT = frozenset({FloorCallState.WAITING, FloorCallState.OFFERED})


def node_of(call: FloorCall) -> NodeName:
    """The node; ``CALLBACKS`` of a promise that is still to be kept, or to be kept again."""
    callback = call.callback
    if callback is None:
        return call.node
    waits_again = call.bridged_at is not None and callback.waits_again(call.bridged_at)
    return CALLBACKS if call.state in _STILL_TO_BE_KEPT or waits_again else callback.node


def is_ours(site: Site, call: FloorCall) -> bool:
    """True if this worker is to follow the call, or to end it."""
    return site.is_ours(node_of(call), call.call_id)

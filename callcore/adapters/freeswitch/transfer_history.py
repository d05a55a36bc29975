"""What a leg was transferred by, as FreeSWITCH keeps it in ``transfer_history``.

Each entry is ``second:id:kind:where``, in their order, the second since the epoch by the switch's
clock. ``uuid_br`` (switch_ivr_bridge.c, with the partner's id) is a bridge. ``bl_xfer``
(switch_ivr.c, with ``extension/context/dialplan``) is a transfer to an extension, whoever asks for
it; ``att_xfer`` (sofia.c) what a phone makes of two calls, with this leg's own names and not those
of whom it was sent to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from callcore.adapters.freeswitch.cleaning import NUMBER_LIMIT, cleaned
from callcore.adapters.freeswitch.commands import INLINE_DIALPLAN
from callcore.adapters.freeswitch.headers import is_leg_id
from callcore.domain.ids import MICROS_PER_SECOND, LegId, Micros
from callcore.domain.transfers import Transfer, TransferKind

_ENTRY = re.compile(r"(\d{9,11}):[^:]*:(uuid_br|bl_xfer|att_xfer):(.*)", re.DOTALL)


def transfers_of(entries: Iterable[str], behind: int) -> Iterator[Transfer]:
    """The transfers out of a bridge, by our clock, which is ``behind`` microseconds ahead.

    Of several after a bridge the first: from then on the leg talks with nobody. One to the dialplan
    ``inline`` is told as none: callcore makes those, and mod_sofia to park a leg.
    """
    partner: LegId | None = None
    for entry in entries:
        found = _ENTRY.fullmatch(entry)
        if found is None:
            continue
        second, kind, where = found.groups()
        if kind == "uuid_br":
            partner = LegId(where) if is_leg_id(where) else None
            continue
        talked_with, partner = partner, None
        to, _, rest = where.partition("/")
        is_blind = kind == "bl_xfer"
        if talked_with is None or (is_blind and rest.rpartition("/")[2] == INLINE_DIALPLAN):
            continue
        yield Transfer(
            at=Micros(int(second) * MICROS_PER_SECOND + behind),
            kind=TransferKind.BLIND if is_blind else TransferKind.ATTENDED,
            partner=talked_with,
            to=cleaned(to, NUMBER_LIMIT) if is_blind else "",
        )

"""What a leg was transferred by, as FreeSWITCH keeps it in ``transfer_history``.

Each entry is ``second:id:kind:where``, the second since the epoch by the switch's clock.
``bl_xfer`` (switch_ivr.c, with ``extension/context/dialplan``) is a transfer to an extension,
whoever asks for it; ``att_xfer`` (sofia.c) what a phone makes of two calls, with this leg's own
names and not those of whom it was sent to; ``uuid_br`` (switch_ivr_bridge.c) any bridge.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from callcore.adapters.freeswitch.cleaning import NUMBER_LIMIT, cleaned
from callcore.adapters.freeswitch.commands import INLINE_DIALPLAN
from callcore.domain.ids import MICROS_PER_SECOND, Micros
from callcore.domain.transfers import Transfer, TransferKind

_ENTRY = re.compile(r"(\d{9,11}):[^:]*:(bl_xfer|att_xfer):(.*)", re.DOTALL)


def transfers_of(entries: Iterable[str], behind: int) -> Iterator[Transfer]:
    """The transfers among the entries, by our clock, which is ``behind`` microseconds ahead.

    Those to the dialplan ``inline`` are left out: callcore makes them, and mod_sofia to park a leg.
    """
    for entry in entries:
        found = _ENTRY.fullmatch(entry)
        if found is None:
            continue
        at = Micros(int(found[1]) * MICROS_PER_SECOND + behind)
        if found[2] == "att_xfer":
            yield Transfer(at=at, kind=TransferKind.ATTENDED)
            continue
        to, _, where = found[3].partition("/")
        if where.rpartition("/")[2] != INLINE_DIALPLAN:
            yield Transfer(at=at, kind=TransferKind.BLIND, to=cleaned(to, NUMBER_LIMIT))

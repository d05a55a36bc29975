"""What FreeSWITCH tells of sounds without saying on which leg, in the words of
``ports.switch_events``.

``CUSTOM`` with ``filestring::fail``: a file of a sequence (``file_string://a!b``) could not be
opened and is passed over (``next_file`` in mod_dptools.c), told when its turn has come. The same is
told of a sequence that was to be recorded to; nothing, of a single file that is not there.
"""

from __future__ import annotations

from callcore.adapters.freeswitch.cleaning import PATH_LIMIT, cleaned
from callcore.adapters.freeswitch.event_headers import EventHeaders
from callcore.adapters.freeswitch.headers import IncompleteEventError
from callcore.domain.ids import Micros, NodeName
from callcore.ports import switch_events

PASSED_OVER = "filestring::fail"
"""The kind of ``CUSTOM`` that is asked for."""


def event_of(told: EventHeaders, node: NodeName, at: Micros) -> switch_events.SoundMissing:
    """Which sound was passed over. Raises ``IncompleteEventError``."""
    path = cleaned(told.file, PATH_LIMIT)
    if not path:
        raise IncompleteEventError("a sound without a name was passed over")
    return switch_events.SoundMissing(node=node, at=at, path=path)

"""Translates the settings of other systems into a draft of callcore's.

Nothing is lost in silence: a parameter either stands in the draft, with where it came from, or in
the notes. Whether callcore takes the draft is for its own loader to say.
"""

from callcore.importing.asterisk.app_queue import from_app_queue
from callcore.importing.draft import Draft
from callcore.importing.freeswitch.mod_callcenter import from_mod_callcenter
from callcore.importing.notes import Kind, Note, Notes
from callcore.importing.places import NotImportableError, Place
from callcore.importing.yaml_text import written

__all__ = [
    "Draft",
    "Kind",
    "NotImportableError",
    "Note",
    "Notes",
    "Place",
    "from_app_queue",
    "from_mod_callcenter",
    "written",
]

"""Writes the reference of all settings, ``docs/settings.md``.

Kinds, defaults and limits are asked of the code that reads the file; what a setting means is in
``meanings.yaml``, which a test holds to the sections.
"""

from callcore.settings.reference.page import page
from callcore.settings.reference.parts import PARTS, Part, meanings

__all__ = ["PARTS", "Part", "meanings", "page"]

"""What was made in a language, and of what; and thereby which files are not callcore's.

An entry is written before the files it tells of, and keeps the checksums of the files they
replace. So a build may end at any instant: whatever stands there then is known as made.
"""

from __future__ import annotations

import hashlib

import msgspec

from callcore.domain.ids import Language
from callcore.sounds.sources import Source
from callcore.sounds.tree import Tree, TreeError, checksum, content_of

_FORMAT = 1


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One prompt whose sound was made."""

    source: Source
    made_of: str
    """The file or the voice."""
    recipe: str
    """A checksum of everything the sound depends on."""
    sha256: dict[str, str]
    """By rate: of the file that was made."""
    replaced: dict[str, str] = {}
    """The same of the files that stood there before."""
    text: str | None = None
    licence: str | None = None
    set_name: str | None = None
    """Of the recorded set it was made of."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that was made in one language."""

    language: Language
    prompts: dict[str, Entry]
    format: int = _FORMAT


class MadeSounds:
    """The manifest of one language, kept as files are made."""

    def __init__(self, tree: Tree, language: Language) -> None:
        """Reads it. Raises ``TreeError``."""
        self._tree = tree
        self._language = language
        self.entries = _read(tree, language).prompts

    def standing(self, key: str) -> dict[int, bool]:
        """By rate, what of a prompt's entry is there: true for the file it tells of, false for one
        that this was to replace.
        """
        entry = self.entries.get(key)
        if entry is None:
            return {}
        found = {}
        for rate, sha256 in entry.sha256.items():
            there = checksum(self._tree.sound(self._language, key, int(rate)))
            if there == sha256 or (there is not None and there == entry.replaced.get(rate)):
                found[int(rate)] = there == sha256
        return found

    def put(self, key: str, entry: Entry, files: dict[int, bytes]) -> None:
        """Tells of a prompt, then writes its files. Raises ``TreeError``."""
        paths = {rate: self._tree.sound(self._language, key, rate) for rate in files}
        before = {str(rate): there for rate, path in paths.items() if (there := checksum(path))}
        made = {str(rate): hashlib.sha256(one).hexdigest() for rate, one in files.items()}
        self.entries[key] = msgspec.structs.replace(entry, sha256=made, replaced=before)
        self._write()
        for rate, content in files.items():
            self._tree.write(paths[rate], content)

    def drop(self, key: str) -> None:
        """Removes the files of a prompt, then forgets it. Raises ``TreeError``."""
        for rate in self.standing(key):
            self._tree.remove(self._tree.sound(self._language, key, rate))
        del self.entries[key]
        self._write()

    def _write(self) -> None:
        manifest = Manifest(language=self._language, prompts=dict(sorted(self.entries.items())))
        content = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        self._tree.write(self._tree.manifest(self._language), content + b"\n")


def _read(tree: Tree, language: Language) -> Manifest:
    path = tree.manifest(language)
    if not path.exists():
        return Manifest(language=language, prompts={})
    try:
        return msgspec.json.decode(content_of(path), type=Manifest)
    except msgspec.DecodeError as error:
        raise TreeError(
            f"{path} is damaged ({error}); restore it, or move {path.parent} away to have its "
            "sounds made anew"
        ) from error

"""callcore's settings as they come together, each with where it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from callcore.importing.places import Source

Scalar: TypeAlias = str | int | float | bool


@dataclass(slots=True, kw_only=True)
class Entry:
    """What stands behind a key."""

    value: Scalar | tuple[str, ...] | list[Block] | Block
    source: Source | None = None
    remark: str = ""
    """Said in the comment besides the source."""
    also: tuple[Source, ...] = ()
    """Other parameters that say it."""


@dataclass(slots=True)
class Block:
    """Keys in their order."""

    entries: dict[str, Entry] = field(default_factory=dict)
    headings: list[str] = field(default_factory=list)
    """Comment lines that stand above them."""

    def set(
        self,
        key: str,
        value: Scalar | tuple[str, ...] | list[Block],
        source: Source | None = None,
        remark: str = "",
        also: Sequence[Source | None] = (),
    ) -> None:
        """Sets a key, or replaces what it had."""
        others = tuple(one for one in also if one is not None and one is not source)
        self.entries[key] = Entry(value=value, source=source, remark=remark, also=others)

    def block(self, key: str, source: Source | None = None) -> Block:
        """The block behind a key, made if it is not there."""
        entry = self.entries.setdefault(key, Entry(value=Block(), source=source))
        if not isinstance(entry.value, Block):
            raise TypeError(key)
        return entry.value

    def value(self, key: str) -> object:
        """What a key has, ``None`` without it."""
        entry = self.entries.get(key)
        return None if entry is None else entry.value

    def __contains__(self, key: str) -> bool:
        return key in self.entries


@dataclass(slots=True)
class Draft:
    """A whole file."""

    top: Block = field(default_factory=Block)
    left_out: list[str] = field(default_factory=list)
    """Comment lines for agents that could not be carried."""

    @property
    def queues(self) -> Block:
        """The queues by their names."""
        return self.top.block("queues")

    @property
    def agents(self) -> Block:
        """The agents by their ids."""
        return self.top.block("agents")

    def drop(self, path: Sequence[str | int]) -> tuple[str, Entry] | None:
        """Takes out the setting at ``path``, or if it is not there what it would be a part of.

        Gives what was taken out with its way; ``None`` if nothing but a part of the file is left.
        """
        keys = [str(key) for key in path]
        way: list[tuple[Block, str]] = []
        block = self.top
        for key in keys:
            entry = block.entries.get(key)
            if entry is None:
                break
            way.append((block, key))
            if not isinstance(entry.value, Block):
                break
            block = entry.value
        if len(way) < 2:  # noqa: PLR2004  a part of the file, and something in it
            return None
        holder, key = way[-1]
        return ".".join(key for _, key in way), holder.entries.pop(key)

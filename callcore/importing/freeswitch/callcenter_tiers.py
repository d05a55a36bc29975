"""mod_callcenter's tier rules as callcore's tiers.

There a level opens when the caller has waited ``tier-rule-wait-second``, times its number with
``tier-rule-wait-multiply-level``; a level below that nobody is logged in on is passed over with
``tier-rule-no-agent-no-wait``, and so is "no level yet". Without that even the first level has to
be waited for (``agents_callback`` in ``mod_callcenter.c``).
"""

from __future__ import annotations

from callcore.importing import levels
from callcore.importing.draft import Block
from callcore.importing.freeswitch import words
from callcore.importing.notes import Notes
from callcore.importing.places import Source

_APPLY, _WAIT, _MULTIPLY, _NO_WAIT = (
    "tier-rules-apply",
    "tier-rule-wait-second",
    "tier-rule-wait-multiply-level",
    "tier-rule-no-agent-no-wait",
)


class Tiers:
    """Translates the rules of one queue after another."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def translate(self, block: Block, left: dict[str, Source], used: frozenset[int]) -> None:
        """Sets the tiers of a queue; ``used`` are its levels as they are there."""
        rules = {name: left.pop(name, None) for name in (_APPLY, _WAIT, _MULTIPLY, _NO_WAIT)}
        if not _is_true(rules[_APPLY], usual=False):
            self._nothing_lost(rules, "levels are asked without waiting, lower ones first")
            return
        if len(used) < 2:  # noqa: PLR2004  levels that one can open after another
            self._nothing_lost(rules, "no effect: all agents of the queue are on one level")
            return
        skips = _is_true(rules[_NO_WAIT], usual=True)
        opens_at = _opening(
            sorted(used),
            wait=self._wait(rules[_WAIT]),
            multiplies=_is_true(rules[_MULTIPLY], usual=False),
            skips=skips,
        )
        relaxation = levels.relaxation(opens_at)
        if relaxation is None:
            self._nothing_lost(rules, "all levels open at once")
            return
        tiers = block.block("tiers", rules[_APPLY])
        tiers.set("relax_after_seconds", relaxation.seconds, rules[_WAIT], also=[rules[_MULTIPLY]])
        self._set_skipping(block, tiers, rules, skips=skips, levels_count=len(used))
        about = rules[_WAIT] or rules[_APPLY]
        for level, (there, here) in relaxation.differing.items():
            if about is not None:
                self._notes.changed(
                    about, f"level {level} opens after {here:g} seconds, there after {there:g}"
                )

    def _set_skipping(
        self,
        block: Block,
        tiers: Block,
        rules: dict[str, Source | None],
        *,
        skips: bool,
        levels_count: int,
    ) -> None:
        source = rules[_NO_WAIT]
        longest, step = block.value("maximum_wait_seconds"), tiers.value("relax_after_seconds")
        if not skips and isinstance(longest, int) and isinstance(step, int | float):
            last_opens = step * (levels_count - 1)
            if last_opens >= longest and source is not None:
                self._notes.changed(
                    source,
                    f"the last level would open after {last_opens:g} seconds, when callers have "
                    "left: levels on which nobody is are passed over",
                )
                skips = True
        remark = "" if source is not None else "mod_callcenter's default"
        tiers.set("skips_absent_levels", skips, source, remark)

    def _wait(self, source: Source | None) -> int:
        if source is None:
            return 0
        seconds = words.seconds(source.value or "")
        if seconds is None:
            self._notes.changed(source, "not a number from 0 to 86400: mod_callcenter takes 0")
        return seconds or 0

    def _nothing_lost(self, rules: dict[str, Source | None], reason: str) -> None:
        for source in rules.values():
            if source is not None:
                self._notes.nothing_lost(source, reason)


def _opening(used: list[int], *, wait: int, multiplies: bool, skips: bool) -> dict[int, float]:
    """After how many seconds of waiting each level opens, if somebody is on each."""
    opens_at: dict[int, float] = {}
    latest = 0.0
    for place, level in enumerate(used):
        after = level * wait if multiplies else wait
        if level <= 0 or (place == 0 and skips):
            after = 0
        latest = max(latest, float(after))  # a level is not reached before those below it
        opens_at[level] = latest
    return opens_at


def _is_true(source: Source | None, *, usual: bool) -> bool:
    return usual if source is None else words.is_true(source.value or "")

"""Penalties and their rules as levels and tiers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from callcore.domain.policies import Strategy
from callcore.importing import levels
from callcore.importing.asterisk import penalty_rules, words
from callcore.importing.asterisk.conf import Section
from callcore.importing.asterisk.members import Member
from callcore.importing.asterisk.penalty_rules import PenaltyChange
from callcore.importing.draft import Block
from callcore.importing.notes import Notes
from callcore.importing.places import Source


class Penalties:
    """Translates those of one queue after another."""

    def __init__(
        self, notes: Notes, rules: Mapping[str, Sequence[PenaltyChange]], *, has_rules: bool
    ) -> None:
        self._notes = notes
        self._rules = rules
        self._has_rules = has_rules

    def levels(
        self, section: Section, block: Block, strategy: str, members: Sequence[Member]
    ) -> dict[int, int]:
        """The level of each penalty in use; sets the queue's tiers."""
        given = {one.parameter.lower(): one for one in section.settings}
        members_count = sum(one.parameter.lower() == "member" for one in section.settings)
        used = sorted({member.penalty for member in members})
        limit = given.get("penaltymemberslimit")
        rule = given.get("defaultrule")
        if strategy == "wrandom":
            self._tell_of_weights(members)
            self._pass_over(rule, limit, "no effect with strategy wrandom")
            return dict.fromkeys(used, 1)
        if limit is not None and self._ignores_penalties(limit, members_count, used):
            self._pass_over(rule, None, "no effect: penaltymemberslimit has penalties ignored")
            return dict.fromkeys(used, 1)
        at = {penalty: penalty + 1 for penalty in used}
        if rule is None or not rule.value:
            self._pass_over(rule, None, "no rule")
            self._tell_of_ringing(block, members, used)
        elif not self._has_rules:
            self._notes.not_carried(rule, "rules are in queuerules.conf", "give it with --rules")
        elif rule.value.lower() not in self._rules:
            self._notes.not_carried(rule, "there is no such rule in the file of --rules")
        elif len(used) < 2:  # noqa: PLR2004  levels that one can open after another
            self._notes.nothing_lost(rule, "no effect: all members have one penalty")
        else:
            self._set_tiers(block, rule, used)
        return at

    def _set_tiers(self, block: Block, rule: Source, used: Sequence[int]) -> None:
        opens_at = penalty_rules.opening(self._rules[(rule.value or "").lower()], used)
        relaxation = levels.relaxation(opens_at)
        never = [penalty for penalty, seconds in opens_at.items() if math.isinf(seconds)]
        if relaxation is None and never:
            self._notes.not_carried(
                rule, f"members of penalty {never[0]} would never be asked, here they are"
            )
            return
        if relaxation is None:
            self._notes.nothing_lost(rule, "all members may be asked at once")
            return
        tiers = block.block("tiers", rule)
        tiers.set("relax_after_seconds", relaxation.seconds, rule)
        tiers.set("skips_absent_levels", True)  # noqa: FBT003  a value
        self._notes.assumed(
            f"the dialplan begins with QUEUE_MAX_PENALTY {used[0]}, the lowest in the queue; a "
            "penalty of which nobody is there is passed over",
            rule,
        )
        for penalty, (there, here) in relaxation.differing.items():
            when = "never" if math.isinf(there) else f"after {there:g}"
            self._notes.changed(
                rule, f"penalty {penalty} is asked after {here:g} seconds, there {when}"
            )

    def _ignores_penalties(self, limit: Source, count: int, used: Sequence[int]) -> bool:
        most = words.leading_number(limit.value or "")
        if 0 < count <= most and used != [0]:
            self._notes.changed(
                limit, f"with {count} members penalties are ignored: all are on level 1"
            )
            return True
        self._notes.nothing_lost(limit, f"the queue has {count} members in this file")
        return False

    def _tell_of_weights(self, members: Sequence[Member]) -> None:
        for member in members:
            if member.penalty:
                self._notes.not_carried(
                    member.source.part("penalty", str(member.penalty)),
                    "a weight of strategy wrandom: everybody is as likely",
                )

    def _tell_of_ringing(
        self, block: Block, members: Sequence[Member], used: Sequence[int]
    ) -> None:
        if block.value("strategy") != Strategy.RING_ALL.value or len(used) < 2:  # noqa: PLR2004
            return
        first = next(member for member in members if member.penalty == used[1])
        self._notes.changed(
            first.source.part("penalty", str(first.penalty)),
            "phones of all levels ring at once; there a higher penalty rings only when nobody of a "
            "lower one can",
            "write tiers",
        )

    def _pass_over(self, rule: Source | None, limit: Source | None, reason: str) -> None:
        for source in (rule, limit):
            if source is not None:
                self._notes.nothing_lost(source, reason)

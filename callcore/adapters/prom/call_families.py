"""What is counted of calls as a whole."""

from __future__ import annotations

from callcore.adapters.prom.buckets import TALK_BUCKETS
from callcore.adapters.prom.families import Families

UNKNOWN_QUEUE = "unknown"
"""In place of what was asked for, which may be a stranger's text."""


class CallFamilies:
    """Families by node, outcome or queue asked for."""

    def __init__(self, families: Families) -> None:
        self.arrived = families.counters(
            "callcore_calls_arrived_total", "Calls that reached callcore.", "node"
        )
        self.adopted = families.counters(
            "callcore_calls_adopted_total", "Calls taken over from another process.", "node"
        )
        self.refused = families.counters(
            "callcore_calls_refused_total",
            "Callers not admitted to a queue; those who asked for an unknown queue count under "
            "the queue `unknown`.",
            "queue",
            "reason",
        )
        self.sent_on = families.counters(
            "callcore_calls_sent_on_total",
            "Callers whom a queue did not admit or keep, by the kind of place they were sent to: "
            "`queue`, `menu`, `extension`, `number`, `voicemail`, `callback`, `survey` or "
            "`goodbye`.",
            "queue",
            "reason",
            "target",
        )
        self.menu_answers = families.counters(
            "callcore_menu_answers_total",
            "What callers chose from a menu, by the kind of place it led to.",
            "menu",
            "target",
        )
        self.menu_branches = families.counters(
            "callcore_menu_branches_total",
            "Callers whom a menu led on without a choice: `open` or `closed` by its hours, by a "
            "caller list, by a lookup's word, `failed` if there was no answer, `otherwise`, also "
            "for those who pressed nothing of use.",
            "menu",
            "branch",
        )
        self.ended = families.counters(
            "callcore_calls_ended_total", "Calls that are over, by how they ended.", "outcome"
        )
        self.seconds = families.histograms(
            "callcore_call_seconds",
            "Length of a call from arrival to end, in seconds; without callbacks.",
            TALK_BUCKETS,
        )
        self.prompts_missing = families.counters(
            "callcore_prompts_missing_total", "Prompts and streams that could not be played."
        )
        self.prompts_not_found = families.counters(
            "callcore_prompts_not_found_total",
            "Recordings that the switch passed over in a sentence, each once in ten minutes: one "
            "caller heard a hole. `callcore sounds build` makes them.",
            "node",
        )

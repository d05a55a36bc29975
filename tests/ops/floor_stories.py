"""Stories of callers, agents and nodes."""

from __future__ import annotations

from tests.ops.stories import (
    FAST,
    SLOW,
    fires,
    lengths,
    merged,
    of_both,
    offers,
    served,
    silent,
)

_SUPPORT = {"queue": "support"}
_FS1 = {"node": "fs1"}
_FAST = "CallcoreServiceLevelBurningFast"
_SLOW = "CallcoreServiceLevelBurningSlow"
_STAFFED = "CallcoreNobodyStaffed"
_MISSES = "CallcoreAgentsMissCalls"
_PHONES = "CallcorePhonesUnregistered"
_ESTIMATES = "CallcoreEstimatesWrong"


def _in_line(waiting: str, staffed: str) -> dict[str, str]:
    return merged(
        of_both("callcore_queue_waiting", waiting, waiting, 'queue="support"'),
        of_both("callcore_queue_staffed_agents", staffed, staffed, 'queue="support"'),
    )


def _phones(held: str, available: str) -> dict[str, str]:
    return {
        'callcore_agents_held{reason="unregistered"}': held,
        'callcore_agents{state="available"}': available,
    }


def _lived(beyond: str, within: str) -> dict[str, str]:
    return {
        'callcore_queue_estimates_lived_total{queue="support",upper_end="beyond"}': beyond,
        'callcore_queue_estimates_lived_total{queue="support",upper_end="within"}': within,
    }


SERVICE = (
    fires(
        _FAST,
        "eight of ten come too late",
        series=served("0+2x600", "0+10x600"),
        at=70,
        labels=_SUPPORT,
        severity="critical",
    ),
    fires(
        _FAST,
        "everybody gives up, and nobody is picked up",
        series=served("0x600", "0x600", "0+2x600"),
        at=70,
        labels=_SUPPORT,
        severity="critical",
    ),
    silent(_FAST, "half come too late", series=served("0+5x600", "0+10x600"), at=70),
    silent(
        _FAST,
        "it was so, and is over",
        series=served("0+2x60 130+10x540", "0+10x600"),
        at=70,
    ),
    silent(_FAST, "there are few callers", series=served("0x600", "0+0.2x600"), at=70),
    silent(_FAST, "there are none", series=served("0x600", "0x600"), at=70),
    fires(
        _SLOW,
        "four of ten come too late for six hours",
        series=served("0+6x600", "0+10x600"),
        at=400,
        labels=_SUPPORT,
    ),
    silent(_SLOW, "the goal is met", series=served("0+8x600", "0+10x600"), at=400),
    silent(
        _SLOW,
        "the morning was bad, and it is well now",
        series=served("0+2x300 610+10x300", "0+10x600"),
        at=400,
    ),
)

FLOOR = (
    fires(
        _STAFFED,
        "three wait and all have gone home",
        series=_in_line("0x5 3x20", "2x5 0x20"),
        at=10,
        labels=_SUPPORT,
        severity="critical",
    ),
    silent(_STAFFED, "one agent is left", series=_in_line("3x20", "1x20"), at=10),
    silent(_STAFFED, "nobody waits", series=_in_line("0x20", "0x20"), at=10),
    silent(_STAFFED, "the shifts change", series=_in_line("3x20", "1x8 0x1 2x20"), at=10),
    fires(
        _MISSES,
        "every other offer is missed",
        series=offers(won="0+2x60", no_answer="0+1x60", busy="0+1x60"),
        at=50,
        labels=_SUPPORT,
    ),
    silent(_MISSES, "one in ten is missed", series=offers(won="0+9x60", no_answer="0+1x60"), at=50),
    silent(
        _MISSES,
        "callers hang up while it rings",
        series=offers(won="0+2x60", caller_gone="0+8x60"),
        at=50,
    ),
    silent(
        _MISSES,
        "there are few offers",
        series=offers(won="0+0.2x60", no_answer="0+0.2x60"),
        at=50,
    ),
    fires(_PHONES, "half of them are away", series=_phones("4x20", "8x20"), at=10),
    silent(_PHONES, "one agent has no phone", series=_phones("1x20", "2x20"), at=10),
    silent(_PHONES, "few of many", series=_phones("4x20", "80x20"), at=10),
    silent(_PHONES, "nobody is free", series=_phones("0x20", "0x20"), at=10),
    fires(
        _ESTIMATES,
        "half wait longer than they were told",
        series=_lived("0+1x200", "0+1x200"),
        at=180,
        labels=_SUPPORT,
    ),
    silent(_ESTIMATES, "a fifth does, as is meant", series=_lived("0+1x200", "0+4x200"), at=180),
    silent(_ESTIMATES, "few were told", series=_lived("0+0.1x200", "0x200"), at=180),
)

NODES = (
    fires(
        "CallcoreLinkDown",
        "one of two workers has none",
        series=of_both("callcore_link_up", "1x30", "1x5 0x30", 'node="fs1"'),
        at=10,
        labels=_FS1,
        severity="critical",
    ),
    silent(
        "CallcoreLinkDown",
        "it comes back at once",
        series=of_both("callcore_link_up", "1x30", "1x8 0x0 1x30", 'node="fs1"'),
        at=9,
    ),
    fires(
        "CallcoreNodeGone",
        "one worker knows",
        series=of_both("callcore_node_gone", "0x30", "0x5 1x30", 'node="fs1"'),
        at=10,
        labels=_FS1,
        severity="critical",
    ),
    silent(
        "CallcoreNodeGone",
        "it is back",
        series=of_both("callcore_node_gone", "0x30", "1x5 0x30", 'node="fs1"'),
        at=10,
    ),
    fires(
        "CallcoreSwitchRestarted",
        "both workers saw it",
        series=of_both("callcore_switch_restarts_total", "0x5 1x30", "0x5 1x30", 'node="fs1"'),
        at=10,
        labels=_FS1,
    ),
    silent(
        "CallcoreSwitchRestarted",
        "that was in the morning",
        series=of_both("callcore_switch_restarts_total", "0x5 1x60", "0x5 1x60", 'node="fs1"'),
        at=50,
    ),
    fires(
        "CallcoreLinkLags",
        "events are seconds late",
        series=lengths("callcore_link_lag_seconds", 'node="fs1"', SLOW),
        at=30,
        labels=_FS1,
    ),
    silent(
        "CallcoreLinkLags",
        "they are not",
        series=lengths("callcore_link_lag_seconds", 'node="fs1"', FAST),
        at=30,
    ),
)

STORIES = (*SERVICE, *FLOOR, *NODES)

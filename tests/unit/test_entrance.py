"""What a caller brings along from the door: of number, caller list and dialplan the later holds."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from callcore.domain.entrance import entrance
from callcore.domain.ids import Language, QueueName, SurveyName
from callcore.domain.policies import CallerList, NumberRoute, QueuePolicy, SitePolicy
from callcore.domain.treatments import ToQueue, ToSurvey
from callcore.domain.wishes import Wishes

SUPPORT = QueueName("support")
EN, PL, RU = Language("en"), Language("pl"), Language("ru")
VIP, PLAIN = "+48600100200", "+48600100999"
POLICY = SitePolicy(
    site="test",
    queues={SUPPORT: QueuePolicy(name=SUPPORT)},
    agents={},
    numbers={
        "8001": NumberRoute(queue=SUPPORT),
        "8002": NumberRoute(queue=SUPPORT, language=PL, music="local_stream://polka"),
        "8009": NumberRoute(survey=SurveyName("csat")),
    },
    caller_lists=(
        CallerList(
            name="vip",
            numbers=frozenset({VIP}),
            language=RU,
            music="local_stream://jazz",
            account="gold",
        ),
    ),
)


@pytest.mark.parametrize(
    ("dialled", "number", "variables", "brings"),
    [
        ("8001", PLAIN, {}, (None, None, "")),
        ("8002", PLAIN, {}, (PL, "local_stream://polka", "")),
        ("8002", VIP, {}, (RU, "local_stream://jazz", "gold")),
        ("8001", VIP, {"language": "pl"}, (PL, "local_stream://jazz", "gold")),
        (
            "8002",
            VIP,
            {"language": "en", "music": "local_stream://rock", "account": "4711"},
            (EN, "local_stream://rock", "4711"),
        ),
    ],
)
def test_later_ones_hold(
    dialled: str,
    number: str,
    variables: Mapping[str, str],
    brings: tuple[Language | None, str | None, str],
) -> None:
    """Each source in place of those before, and only where it says something."""
    kept = {f"callcore_{name}": text for name, text in variables.items()}
    found = entrance(POLICY, kept, dialled, number)
    language, music, account = brings
    assert found.wishes == Wishes(language=language, music=music, account=account)
    assert (found.to, found.faults) == (ToQueue(queue=SUPPORT), ())


def test_every_fault_of_the_dialplan_is_told() -> None:
    """And what was there before holds in place of it."""
    variables = {
        "callcore_own_priority": "many",
        "callcore_language": "xx",
        "callcore_music": "shell_stream://x",
    }
    found = entrance(POLICY, variables, "8002", PLAIN)
    assert [fault.split()[0] for fault in found.faults] == list(variables)
    assert found.wishes == Wishes(language=PL, music="local_stream://polka")


def test_a_number_may_lead_to_a_survey() -> None:
    """That is where agents send callers when they have talked."""
    assert entrance(POLICY, {}, "8009", PLAIN).to == ToSurvey(survey=SurveyName("csat"))

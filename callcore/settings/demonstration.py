"""The settings of a call centre that does not exist, for trying callcore out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from callcore.domain.agents import BreakCode
from callcore.domain.ids import AgentId, Language, MenuName, QueueName, SurveyName
from callcore.domain.outcomes import AttemptOutcome
from callcore.domain.policies import (
    SATISFACTION,
    AbandonedPolicy,
    AgentPolicy,
    AnswerCheckPolicy,
    BreakPolicy,
    CallbackOfferPolicy,
    CallbackPolicy,
    CallFirst,
    DialplanPolicy,
    EstimatePolicy,
    MenuChoice,
    MenuPolicy,
    MessagePolicy,
    MessagesPolicy,
    NumberRoute,
    PositionPolicy,
    QueuePolicy,
    QueueSurveyPolicy,
    SitePolicy,
    SurveyPolicy,
)
from callcore.domain.speech import phrases
from callcore.domain.treatments import ToQueue
from callcore.settings import passwords
from callcore.settings.model import Settings

_SUPPORT, _SALES = QueueName("support"), QueueName("sales")
_AGENTS = (
    ("1001", "Anna Nowak", (_SUPPORT,)),
    ("1002", "Jan Kowalski", (_SUPPORT,)),
    ("1003", "Ольга Иванова", (_SUPPORT, _SALES)),
    ("1004", "Mary Smith", (_SUPPORT, _SALES)),
    ("1005", "Piotr Zieliński", (_SALES,)),
    ("1006", "John Brown", (_SALES,)),
)
_BREAKS = (
    BreakPolicy(code=BreakCode("short"), name="Short break", maximum_seconds=600),
    BreakPolicy(code=BreakCode("lunch"), name="Lunch", maximum_seconds=2700),
)
_MESSAGES = MessagesPolicy(
    each=tuple(
        MessagePolicy(prompts=(prompt,))
        for prompt in (phrases.ALL_BUSY, phrases.HAVE_DETAILS_READY, phrases.THANK_YOU)
    ),
    first_after_seconds=8,
    interval_seconds=20,
)
_MENU = MenuPolicy(
    name=MenuName("main"),
    greeting=(phrases.WELCOME,),
    prompts=(phrases.DIAL_EXTENSION,),
    choices={
        "1": MenuChoice(to=ToQueue(queue=_SUPPORT)),
        "2": MenuChoice(to=ToQueue(queue=_SALES), language=Language("pl")),
    },
    tries=2,
    otherwise=ToQueue(queue=_SUPPORT),
)
_SURVEY = SurveyPolicy(name=SurveyName("csat"), questions=(SATISFACTION,))
_CALLBACK_OF_SUPPORT = CallbackPolicy(
    call_first=CallFirst.CUSTOMER,
    offer=CallbackOfferPolicy(key="2", above_estimate_seconds=60),
    attempts=3,
    retry_after_seconds=30,
    retry_after={AttemptOutcome.LATER: 60},
    check=AnswerCheckPolicy(),
    machine_key="7",
    abandoned=AbandonedPolicy(after_seconds=20, delay_seconds=20),
)
_CALLBACK_OF_SALES = CallbackPolicy(
    call_first=CallFirst.AGENT,
    offer=CallbackOfferPolicy(key="2"),
    attempts=3,
    retry_after_seconds=30,
    machine_key="7",
)


def demo(data_directory: Path, environ: Mapping[str, str]) -> Settings:
    """A menu, two queues that keep callbacks, one of each kind, a survey, six agents who are logged
    in, a simulated switch and embedded servers; of the environment the token of the API.

    Raises ``PasswordError``.
    """
    agents = (
        AgentPolicy(
            agent_id=AgentId(agent_id),
            name=name,
            contact=f"user/{agent_id}@demo",
            queues=of_queues,
            logged_in_at_start=True,
        )
        for agent_id, name, of_queues in _AGENTS
    )
    return Settings(
        policy=SitePolicy(
            site="demo",
            queues={
                _SUPPORT: _queue(_SUPPORT, _CALLBACK_OF_SUPPORT),
                _SALES: _queue(_SALES, _CALLBACK_OF_SALES, priority=1),
            },
            agents={agent.agent_id: agent for agent in agents},
            breaks={one.code: one for one in _BREAKS},
            menus={_MENU.name: _MENU},
            surveys={_SURVEY.name: _SURVEY},
            dialplan=DialplanPolicy(callback_contact="sofia/gateway/carrier/{number}"),
            numbers={
                "8001": NumberRoute(queue=_SUPPORT),
                "8002": NumberRoute(queue=_SALES),
                "8003": NumberRoute(menu=_MENU.name),
                "+48225550101": NumberRoute(queue=_SUPPORT, language=Language("pl")),
                "+48225550102": NumberRoute(queue=_SALES, language=Language("ru")),
            },
        ),
        api_token=passwords.api_token(environ),
        data_directory=data_directory,
        version="demonstration",
    )


def _queue(name: QueueName, callback: CallbackPolicy, priority: int = 0) -> QueuePolicy:
    return QueuePolicy(
        name=name,
        priority=priority,
        callback=callback,
        greeting=(phrases.WELCOME,),
        announce_position=PositionPolicy(first_after_seconds=5, interval_seconds=15),
        announce_estimate=EstimatePolicy(first_after_seconds=12, interval_seconds=30),
        messages=_MESSAGES,
        announcement_gap_seconds=3,
        survey=QueueSurveyPolicy(name=_SURVEY.name, share=0.5),
        wrap_up_seconds=5,
    )

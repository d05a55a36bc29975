"""The settings of a call centre that does not exist, for trying callcore out."""

from __future__ import annotations

from pathlib import Path

from callcore.domain.agents import BreakCode
from callcore.domain.ids import AgentId, QueueName
from callcore.domain.policies import (
    AgentPolicy,
    PositionPolicy,
    BreakPolicy,
    NumberRoute,
    QueuePolicy,
    SitePolicy,
)
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


def demo(data_directory: Path) -> Settings:
    """Two queues, six agents who are logged in, a simulated switch and embedded servers."""
    announcements = PositionPolicy(first_after_seconds=5, interval_seconds=15)
    queues = (
        QueuePolicy(name=_SUPPORT, announce_position=announcements, wrap_up_seconds=5),
        QueuePolicy(name=_SALES, announce_position=announcements, wrap_up_seconds=5, priority=1),
    )
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
            queues={queue.name: queue for queue in queues},
            agents={agent.agent_id: agent for agent in agents},
            breaks={one.code: one for one in _BREAKS},
            numbers={
                "8001": NumberRoute(queue=_SUPPORT),
                "8002": NumberRoute(queue=_SALES),
                "+48225550101": NumberRoute(queue=_SUPPORT),
                "+48225550102": NumberRoute(queue=_SALES),
            },
        ),
        data_directory=data_directory,
        version="demonstration",
    )

"""What the settings say of an agent at work."""

from __future__ import annotations

import pytest

from callcore.domain import duty
from callcore.domain.agents import ANY_BREAK, BreakCode
from callcore.domain.ids import AgentId, QueueName
from callcore.domain.policies import AgentPolicy, BreakPolicy, QueuePolicy, SitePolicy

A, B, C = QueueName("a"), QueueName("b"), QueueName("c")
ANN = AgentId("1001")


def site(wrap_up_seconds: float | None = None, *breaks: str) -> SitePolicy:
    """Ann serves b, a and one that is not in the settings; c serves somebody else."""
    return SitePolicy(
        site="t",
        queues={name: QueuePolicy(name=name, wrap_up_seconds=7) for name in (A, B, C)},
        agents={
            ANN: AgentPolicy(
                agent_id=ANN,
                name="Ann",
                contact="user/1001@t",
                queues=(B, A, QueueName("gone")),
                wrap_up_seconds=wrap_up_seconds,
            )
        },
        breaks={BreakCode(code): BreakPolicy(code=BreakCode(code)) for code in breaks},
    )


@pytest.mark.parametrize(
    ("own", "agent_id", "queue", "seconds"),
    [
        (None, ANN, A, 7),
        (3.0, ANN, A, 3),
        (0.0, ANN, A, 0),
        (3.0, AgentId("9"), A, 7),
        (3.0, ANN, QueueName("gone"), 3),
        (None, ANN, QueueName("gone"), 0),
    ],
)
def test_the_agents_wrap_up_comes_before_the_queues(
    own: float | None, agent_id: AgentId, queue: QueueName, seconds: float
) -> None:
    """No wrap-up of the agent's is one too; what is not in the settings takes no time."""
    assert duty.wrap_up_seconds(site(own), agent_id, queue) == seconds


@pytest.mark.parametrize(
    ("chosen", "serves"),
    [((), (B, A)), ((A,), (A,)), ((A, B), (B, A)), ((C,), (B, A)), ((C, A), (A,))],
)
def test_chosen_queues_are_kept_as_far_as_the_settings_give_them(
    chosen: tuple[QueueName, ...], serves: tuple[QueueName, ...]
) -> None:
    """All that they give where none is left; in their order."""
    policy = site()
    assert duty.served(policy.agents[ANN], policy, chosen) == serves


def test_there_is_always_a_break() -> None:
    """One without a limit where the settings know none; else theirs, the usual one first."""
    (only,) = duty.breaks(site()).values()
    assert (only.code, only.maximum_seconds) == (ANY_BREAK, None)
    assert list(duty.breaks(site(None, "smoke", "lunch"))) == ["smoke", "lunch"]

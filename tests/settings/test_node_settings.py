"""Several nodes: when one counts as dead, and how phones registered with one are reached."""

from __future__ import annotations

import pytest

from callcore.domain.policies import SwitchLostPolicy

WITH_PASSWORD = {"CALLCORE_NODE_FS1_PASSWORD": "x"}


def with_node(settings: str = "") -> str:
    return f"queues: {{support: {{}}}}\nnodes: [{{name: fs1, host: 10.0.0.1{settings}}}]\n"


def test_of_what_is_not_said(load) -> None:
    """A process that is gone is dead after five seconds, one that is silent after a minute."""
    (node,) = load(with_node(), **WITH_PASSWORD).nodes
    assert node.policy.lost_after_refused_seconds == 5
    assert node.policy.lost_after_seconds == 60
    assert node.policy.peer_contact is None


@pytest.mark.parametrize(
    "contact", ["sofia/peers/{user}@10.0.0.1:5070", "sofia/gateway/fs1/{user}"]
)
def test_of_what_is_said(load, contact: str) -> None:
    """Of the node, and of a registrar."""
    text = with_node(f", lost_after_seconds: 600, peer_contact: '{contact}'")
    found = load(f"{text}dialplan: {{registrar_contact: '{contact}'}}\n", **WITH_PASSWORD)
    assert found.nodes[0].policy.peer_contact == contact
    assert found.nodes[0].policy.lost_after_seconds == 600
    assert found.policy.dialplan.registrar_contact == contact


@pytest.mark.parametrize(
    "contact",
    [
        "sofia/peers/1001@10.0.0.1",
        "sofia/peers/{number}@10.0.0.1",
        "user/{user}@10.0.0.1",
        "sofia/peers/{user}@10.0.0.1 &park()",
        "sofia/peers/{user}@10.0.0.1,user/1001",
        "{x=y}sofia/peers/{user}@10.0.0.1",
        "sofia/peers/${user}@10.0.0.1",
        "sofia/peers/{user}{user}@10.0.0.1",
        "loopback/{user}",
    ],
)
def test_of_contacts_that_are_none(faults, contact: str) -> None:
    """Nothing that the switch would take for more than one phone at one place."""
    (fault,) = faults(with_node(f", peer_contact: '{contact}'"), **WITH_PASSWORD)
    assert "peer_contact: expected sofia/PROFILE/{user}@HOST:PORT" in fault
    (fault,) = faults(f"queues: {{support: {{}}}}\ndialplan: {{registrar_contact: '{contact}'}}\n")
    assert "registrar_contact: expected sofia/PROFILE/{user}@HOST:PORT" in fault


@pytest.mark.parametrize("seconds", ["0", "3601"])
def test_of_lengths_that_are_none(faults, seconds: str) -> None:
    """A moment is no death, and hours are no use."""
    found = faults(with_node(f", lost_after_seconds: {seconds}"), **WITH_PASSWORD)
    assert "lost_after_seconds: must be 1 to 3600" in found[0]


def test_of_those_who_waited(load, faults) -> None:
    """Called back if the queue says so; not where nothing is dialled."""
    text = "queues: {support: {callback: {switch_lost: {delay_seconds: 30}}}}\n"
    dialplan = "dialplan: {callback_contact: 'sofia/gateway/c/{number}'}\n"
    (queue,) = load(text + dialplan).policy.queues.values()
    assert queue.callback is not None
    assert queue.callback.switch_lost == SwitchLostPolicy(delay_seconds=30)
    assert "needs dialplan.callback_contact" in faults(text)[0]
    assert "must not be negative" in faults(text.replace("30", "-1") + dialplan)[0]

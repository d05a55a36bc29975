"""The floor is read when Prometheus asks, and fails no scrape."""

from __future__ import annotations

import time

import gevent
import pytest

from callcore.adapters.prom import exposition
from callcore.domain.agents import AgentState
from callcore.domain.ids import QueueName
from callcore.ports.stores import StoreUnavailableError
from tests.adapters.prom.facts import SUPPORT
from tests.adapters.prom.floor import agent, counts, floor_collector


def test_the_floor_is_read_at_scrape_time(metrics, value):
    """Queue lengths, the longest wait, agents by state and pending records are gauges."""
    metrics.registry.register(floor_collector())
    assert value("callcore_floor_up") == 1
    assert value("callcore_queue_waiting", queue="support") == 2
    assert value("callcore_queue_offered", queue="support") == 1
    assert value("callcore_queue_longest_wait_seconds", queue="support") == 42.5
    assert value("callcore_queue_free_agents", queue="support") == 1
    assert value("callcore_queue_staffed_agents", queue="support") == 3
    assert value("callcore_callbacks", queue="support", state="due") == 1
    assert value("callcore_callbacks", queue="support", state="not_due") == 3
    assert value("callcore_agents", state="talking") == 1
    assert value("callcore_agents", state="logged_out") == 0
    assert value("callcore_queue_agents", queue="support", state="talking") == 1
    assert value("callcore_queue_agents", queue="support", state="wrapping_up") == 0
    assert value("callcore_records_pending") == 7
    assert value("callcore_agent_changes_pending") == 11


def test_an_agent_counts_in_each_of_its_queues(metrics, value):
    """And in those alone, whichever of them keeps the agent."""
    queues = (SUPPORT, QueueName("sales"))
    agents = [
        agent("anna", AgentState.TALKING, queues=queues, queue=SUPPORT),
        agent("bert", AgentState.TALKING),
    ]
    metrics.registry.register(floor_collector(agents=lambda: agents))
    assert value("callcore_queue_agents", queue="support", state="talking") == 2
    assert value("callcore_queue_agents", queue="sales", state="talking") == 1
    assert value("callcore_agents", state="talking") == 2


def test_an_empty_queue_waits_zero_seconds(metrics, value):
    """A gauge that vanishes would be read as missing data."""
    metrics.registry.register(floor_collector(counts=lambda: [counts(waiting=0, oldest=None)]))
    assert value("callcore_queue_longest_wait_seconds", queue="support") == 0


def test_registering_reads_nothing(metrics):
    """The worker starts without Redis."""
    read = []
    metrics.registry.register(floor_collector(counts=lambda: read.append("counts") or []))
    assert read == []
    exposition.render(metrics.registry)
    assert read == ["counts"]


def raise_unavailable():
    raise StoreUnavailableError("Redis is away")


@pytest.mark.parametrize("fault", [raise_unavailable, lambda: gevent.sleep(30)])
def test_a_floor_that_does_not_answer_fails_no_scrape(metrics, fault):
    """Everything else is exported, in time, with ``callcore_floor_up 0``."""
    metrics.registry.register(floor_collector(agents=fault, timeout_seconds=0.1))
    began = time.monotonic()
    page = exposition.render(metrics.registry).decode()
    assert time.monotonic() - began < 2
    assert "callcore_floor_up 0.0" in page
    assert "callcore_queue_waiting{" not in page
    assert "callcore_records_written_total 0.0" in page

"""What links, stores and the event loop export."""

from __future__ import annotations

import time

import gevent
import pytest

from callcore.adapters.prom import exposition, families
from callcore.adapters.prom.connections import LinkMetrics, StoreMetrics
from callcore.adapters.prom.loop_lag import LoopLagProbe


def test_a_family_stops_growing(metrics, value, monkeypatch):
    """Beyond the limit everything new counts under one child."""
    monkeypatch.setattr(families, "CHILDREN_LIMIT", 3)
    link = LinkMetrics(metrics, "fs1")
    for number in range(10):
        link.frame_skipped(f"reason {number}")
    assert value("callcore_link_frames_skipped_total", node="fs1", reason="reason 2") == 1
    assert value("callcore_link_frames_skipped_total", node="fs1", reason="reason 3") is None
    assert value("callcore_link_frames_skipped_total", node="other", reason="other") == 7


def test_a_link_tells_its_state_and_faults(metrics, value):
    """Up and down, restarts, commands by result, and no sentence becomes a label."""
    link = LinkMetrics(metrics, "fs1")
    assert value("callcore_link_up", node="fs1") == 0
    link.link_restored("core-1", is_restarted=False)
    assert value("callcore_link_up", node="fs1") == 1
    link.link_lost("Connection reset by peer, 104")
    link.link_restored("core-2", is_restarted=True)
    link.command_answered("bgapi", 0.002, ok=True)
    link.command_answered("sendmsg", 0.3, ok=False)
    link.command_refused("sendmsg", "-ERR no such thing")
    link.frame_skipped("too_long")
    link.listener_failed("CHANNEL_PARK", RuntimeError("x"))
    assert value("callcore_link_lost_total", node="fs1") == 1
    assert value("callcore_link_restored_total", node="fs1") == 2
    assert value("callcore_switch_restarts_total", node="fs1") == 1
    assert value("callcore_link_commands_total", node="fs1", outcome="ok") == 1
    assert value("callcore_link_commands_total", node="fs1", outcome="error") == 1
    assert value("callcore_link_command_seconds_sum", node="fs1") == pytest.approx(0.302)
    assert value("callcore_link_commands_refused_total", node="fs1") == 1
    assert value("callcore_link_frames_skipped_total", node="fs1", reason="too_long") == 1
    assert value("callcore_link_listener_faults_total", node="fs1") == 1
    assert b"reset by peer" not in exposition.render(metrics.registry)


def test_events_are_counted_by_name_and_by_how_late_they_were(metrics, value):
    """Each node's for itself; a lag of exactly a bound is within it, as Prometheus has it, and one
    beyond all bounds is in none but the last.
    """
    one, other = LinkMetrics(metrics, "fs1"), LinkMetrics(metrics, "fs2")
    for name, lag_seconds in (("DTMF", 0.0), ("DTMF", 0.005), ("CHANNEL_PARK", 0.006)):
        one.event_received(name, lag_seconds)
    other.event_received("DTMF", 60.0)
    lags = "callcore_link_lag_seconds"
    assert value("callcore_link_events_total", node="fs1", event="DTMF") == 2
    assert value("callcore_link_events_total", node="fs1", event="CHANNEL_PARK") == 1
    assert value("callcore_link_events_total", node="fs2", event="DTMF") == 1
    assert value(f"{lags}_bucket", node="fs1", le="0.0005") == 1
    assert value(f"{lags}_bucket", node="fs1", le="0.005") == 2
    assert value(f"{lags}_bucket", node="fs1", le="0.01") == 3
    assert value(f"{lags}_count", node="fs1") == 3
    assert value(f"{lags}_sum", node="fs1") == pytest.approx(0.011)
    assert value(f"{lags}_bucket", node="fs2", le="5.0") == 0
    assert value(f"{lags}_bucket", node="fs2", le="+Inf") == 1
    page = exposition.render(metrics.registry).decode()
    assert 'callcore_link_events_total{event="DTMF",node="fs1"} 2.0' in page
    assert f'{lags}_bucket{{le="+Inf",node="fs2"}} 1.0' in page


def test_a_store_tells_times_and_faults(metrics, value):
    """Steps are timed together by size, and each script by sum."""
    store = StoreMetrics(metrics, "redis")
    store.observe("reserve", 0.0004)
    store.observe("join", 0.0009)
    store.fault("timed_out")
    assert value("callcore_store_seconds_count", store="redis") == 2
    assert value("callcore_store_script_seconds_sum", store="redis", script="join") == 0.0009
    assert value("callcore_store_faults_total", store="redis", reason="timed_out") == 1


def test_what_may_go_wrong_begins_at_zero(metrics, value):
    """The first fault is a rise, which ``increase`` can see."""
    LinkMetrics(metrics, "fs1")
    for name in ("lost", "commands_refused", "listener_faults"):
        assert value(f"callcore_link_{name}_total", node="fs1") == 0
    assert value("callcore_link_commands_total", node="fs1", outcome="error") == 0
    for name in ("gone", "draining", "lost_total", "calls_lost_total"):
        assert value(f"callcore_node_{name}", node="fs1") == 0
    StoreMetrics(metrics, "redis", ["unreachable", "timed_out"])
    for reason in ("unreachable", "timed_out"):
        assert value("callcore_store_faults_total", store="redis", reason=reason) == 0
    for store in ("redis", "floor", "postgres", "spool"):
        assert value("callcore_store_failures_total", store=store) == 0


def test_the_probe_sees_a_loop_that_is_held_up(metrics, value):
    """Work that does not give way is seen as lag."""
    probe = LoopLagProbe(metrics, interval_seconds=0.01)
    probe.start()
    gevent.sleep(0)
    deadline = time.monotonic() + 0.3
    while time.monotonic() < deadline:
        pass
    with gevent.Timeout(5):
        while not value("callcore_loop_lag_seconds_count"):
            gevent.sleep(0.005)
    probe.stop()
    assert value("callcore_loop_lag_seconds_sum") > 0.2

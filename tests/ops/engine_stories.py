"""Stories of workers, Redis, Postgres and records."""

from __future__ import annotations

from tests.ops.stories import FAST, SLOW, fires, lengths, merged, of_both, silent

_SITE = "CallcoreSiteDown"
_WORKER = "CallcoreWorkerDown"
_RESTARTS = "CallcoreWorkerRestarts"
_SHARD = "CallcoreShardWithoutOwner"
_DRIFT = "CallcoreConfigurationDrift"
_AWAY = "CallcoreTurnsCallersAway"
_DEFECTS = "CallcoreDefects"
_PENDING = "CallcoreRecordsPending"
_JOB = 'job="callcore"'
_SECOND = {"instance": "2"}


def _settings(one: str, two: str, drift: str = "0x60") -> dict[str, str]:
    return {
        f'callcore_config_info{{instance="1",version="{one}"}}': "1x60",
        f'callcore_config_info{{instance="2",version="{two}"}}': "1x60",
        'callcore_config_drift{instance="1"}': "0x60",
        'callcore_config_drift{instance="2"}': drift,
    }


def _held(one: str, two: str) -> dict[str, str]:
    return merged(
        of_both("callcore_shards", "33x30", "33x30"), of_both("callcore_shards_held", one, two)
    )


def _records(
    pending: str, written: str, changes: str = "0x60", spooled: str = "0x60"
) -> dict[str, str]:
    return merged(
        of_both("callcore_records_pending", pending, pending),
        of_both("callcore_records_written_total", written, "0x60"),
        of_both("callcore_agent_changes_pending", changes, changes),
        of_both("callcore_records_spooled_bytes", spooled, "0x60"),
    )


WORKERS = (
    fires(_SITE, "none answers", series=of_both("up", "1x5 0x30", "0x30", _JOB), at=10,
          severity="critical"),
    fires(_SITE, "none is scraped at all", series={'up{job="node"}': "1x30"}, at=10,
          severity="critical", labels={"job": "callcore"}, has_site=False),
    silent(_SITE, "one of two does", series=of_both("up", "1x30", "0x30", _JOB), at=10),
    fires(_WORKER, "the second does not answer", series=of_both("up", "1x30", "1x5 0x30", _JOB),
          at=10, labels={"job": "callcore", **_SECOND}),
    silent(_WORKER, "one scrape was missed", series=of_both("up", "1x30", "1x8 0x0 1x30", _JOB),
           at=9),
    silent(_WORKER, "something else is down", series={'up{job="node"}': "0x30"}, at=10),
    fires(_RESTARTS, "it dies again and again", at=20, labels={"job": "callcore", **_SECOND},
          series=of_both("process_start_time_seconds", "5x30", "5x5 60x3 300x3 500x20", _JOB)),
    silent(_RESTARTS, "it was restarted once, on purpose", at=20,
           series=of_both("process_start_time_seconds", "5x5 300x20", "5x5 400x20", _JOB)),
    fires(_SHARD, "half of them are nobody's", series=_held("16x30", "17x5 0x30"), at=10,
          severity="critical"),
    silent(_SHARD, "two workers have them all", series=_held("16x30", "17x30"), at=10),
    silent(_SHARD, "they change hands", series=_held("16x30", "17x8 16x0 17x30"), at=9),
    fires(_DRIFT, "two versions are in force", series=_settings("a", "b"), at=20),
    fires(_DRIFT, "a worker cannot follow", series=_settings("a", "a", "1x60"), at=20),
    silent(_DRIFT, "all have the same", series=_settings("a", "a"), at=20),
    silent(_DRIFT, "one is a little later", series=_settings("a", "b"), at=5),
    fires(_AWAY, "a fifth is turned away", severity="critical", at=10, labels=_SECOND,
          series=of_both("callcore_overload_share", "0x30", "0x5 0.2x30")),
    silent(_AWAY, "nobody is", series=of_both("callcore_overload_share", "0x30", "0x30"), at=10),
    fires("CallcoreWorkerLate", "seconds late", at=20, labels=_SECOND,
          series=lengths("callcore_loop_lag_seconds", 'instance="2"', SLOW)),
    silent("CallcoreWorkerLate", "in time", at=20,
           series=lengths("callcore_loop_lag_seconds", 'instance="2"', FAST)),
    fires("CallcoreDecisionsSlow", "seconds", at=40,
          series=lengths("callcore_decision_seconds", 'trigger="agent_free"', SLOW)),
    silent("CallcoreDecisionsSlow", "a tenth of one", at=40,
           series=lengths("callcore_decision_seconds", 'trigger="agent_free"', FAST)),
    silent("CallcoreDecisionsSlow", "there are none", at=40,
           series=lengths("callcore_decision_seconds", 'trigger="agent_free"',
                          dict.fromkeys(FAST, "3x60"))),
    fires(_DEFECTS, "the first of its kind", at=25, labels={"flow": "letters"},
          series={'callcore_flow_failures_total{flow="letters"}': "_x20 1x30"}),
    fires(_DEFECTS, "one more", at=25, labels={"flow": "letters"},
          series={'callcore_flow_failures_total{flow="letters"}': "1x20 2x30"}),
    fires(_DEFECTS, "a listener failed", at=25, labels={"node": "fs1"},
          series={'callcore_link_listener_faults_total{node="fs1"}': "0x20 1x30"}),
    silent(_DEFECTS, "that was yesterday", at=50,
           series={'callcore_flow_failures_total{flow="letters"}': "1x60"}),
)  # fmt: skip

STORES = (
    fires("CallcoreRedisDown", "no worker reaches it", severity="critical", at=10,
          series=of_both("callcore_floor_up", "1x5 0x30", "1x5 0x30")),
    silent("CallcoreRedisDown", "one of two does", at=10,
           series=of_both("callcore_floor_up", "1x30", "0x30")),
    fires("CallcoreRedisSlow", "seconds", at=30,
          series=lengths("callcore_store_seconds", 'store="redis"', SLOW)),
    silent("CallcoreRedisSlow", "Postgres is slow, which nobody waits for", at=30,
           series=merged(lengths("callcore_store_seconds", 'store="postgres"', SLOW),
                         lengths("callcore_store_seconds", 'store="redis"', FAST))),
    fires("CallcoreStoreFaults", "again and again", at=20, labels={"store": "postgres"},
          series={'callcore_store_faults_total{store="postgres",reason="timed_out"}': "0+2x30"}),
    silent("CallcoreStoreFaults", "now and then", at=12,
           series={'callcore_store_faults_total{store="redis",reason="unfit"}': "0x5 1x3 2x30"}),
    fires(_PENDING, "none is written", series=_records("5x60", "7x60"), at=30),
    fires(_PENDING, "more come than are written", series=_records("6000x60", "0+5x60"), at=30),
    fires(_PENDING, "changes of agents wait", series=_records("0x60", "7x60", "6000x60"), at=30),
    fires(_PENDING, "the disk still has some",
          series=_records("0x60", "7x60", spooled="900x60"), at=30),
    silent(_PENDING, "they come and go", series=_records("5x60", "0+5x60"), at=30),
    silent(_PENDING, "there are none", series=_records("0x60", "7x60"), at=30),
    silent(_PENDING, "Postgres is restarted", series=_records("0x20 9x5 0x30", "0x60"), at=27),
    fires("CallcoreRecordsAtRisk", "one worker has some", severity="critical", at=10,
          series=of_both("callcore_records_in_memory", "0x30", "0x5 3x30")),
    silent("CallcoreRecordsAtRisk", "they are written", at=10,
           series=of_both("callcore_records_in_memory", "0x30", "3x5 0x30")),
)  # fmt: skip

STORIES = (*WORKERS, *STORES)

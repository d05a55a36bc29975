"""Migrations against a real Postgres."""

from __future__ import annotations

import gevent
import psycopg
import pytest

from callcore.adapters.postgres import migrations

FIRST = migrations.Migration(number=1, name="first", sql="create table callcore.one (id integer)")
SECOND = migrations.Migration(number=2, name="second", sql="create table callcore.two (id integer)")


def tables(url):
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'callcore'"
        ).fetchall()
    return {name for (name,) in found} - {"migrations"}


def test_bundled_migrations_are_numbered_from_one_without_a_gap():
    """A file that is misnamed or missing would be noticed here and not at a customer's."""
    numbers = [migration.number for migration in migrations.bundled()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert numbers


def test_migrating_twice_does_nothing_the_second_time(database_url):
    """An empty database gets every step once; after that ``check`` is content."""
    assert migrations.migrate(database_url) == migrations.bundled()
    assert migrations.migrate(database_url) == ()
    migrations.check(database_url)


def test_of_five_at_once_one_applies(database_url):
    """Workers that start together do not get in each other's way."""
    runners = [gevent.spawn(migrations.migrate, database_url) for _ in range(5)]
    gevent.joinall(runners, timeout=30, raise_error=True)
    applied = sorted(len(runner.value or ()) for runner in runners)
    assert applied == [0, 0, 0, 0, len(migrations.bundled())]


def test_only_what_is_missing_is_applied(database_url):
    """A later version brings its own step only."""
    migrations.migrate(database_url, [FIRST])
    assert migrations.migrate(database_url, [FIRST, SECOND]) == (SECOND,)
    assert tables(database_url) == {"one", "two"}


def test_a_history_of_the_first_version_stays_readable(database_url):
    """Visits and offers from before decisions were kept are still counted."""
    migrations.migrate(database_url, migrations.bundled()[:2])
    with psycopg.connect(database_url) as connection:
        connection.execute(
            """
            insert into callcore.call_records (call_id, site, node, caller_leg_id, caller_number,
                caller_name, dialled_number, arrived_at, ended_at, outcome, hung_up_by,
                hangup_cause, wait_seconds, talk_seconds, hold_seconds, is_adopted, faults)
            values ('c', '', '', '', '', '', '', now(), now(), 'overflowed', 'unknown', '', 0, 0,
                0, false, '{}');
            insert into callcore.queue_visits (call_id, visit_number, queue, joined_at, priority,
                left_at, leave_reason, waited_seconds, is_short_abandon, announcements_count)
            values ('c', 1, 'support', now(), 3, now(), 'maximum_wait', 9, false, 0);
            insert into callcore.offers (call_id, offer_number, offer_id, queue, agent_id, leg_id,
                reserved_at, lost_reason, hangup_cause, hold_seconds)
            values ('c', 1, 'o', 'support', '1001', '', now(), 'busy', '', 0);
            """
        )
    assert migrations.migrate(database_url) == migrations.bundled()[2:]
    with psycopg.connect(database_url) as connection:
        visits = connection.execute(
            "select priority, last_priority, waiting_limit, estimate_seconds, is_resumed, treatment"
            " from callcore.queue_visits"
        ).fetchall()
        overflows = connection.execute(
            "select reason, treatment, left_count from callcore.overflows_by_day"
        ).fetchall()
        callbacks = connection.execute(
            "select is_callback, callback_of, callback_origin from callcore.call_records"
        ).fetchall()
        known = connection.execute("select language, account from callcore.call_records").fetchall()
        surveys = connection.execute("select count(*) from callcore.surveys_by_day").fetchall()
        days = connection.execute(
            "select agent_id, offers_count, misses_by_reason, logged_in_seconds, occupancy"
            " from callcore.agent_days"
        ).fetchall()
    assert visits == [(3, None, None, None, False, "")]
    assert overflows == [("maximum_wait", "", 1)]
    assert callbacks == [(False, None, None)]
    assert known == [("", "")]
    assert surveys == [(0,)]
    assert days == [("1001", 1, {"busy": 1}, 0.0, None)]


def test_callbacks_of_before_attempts_were_kept_are_still_reported(database_url):
    """Those promised by version 6 were all offered in place of the queue; no attempt is known."""
    migrations.migrate(database_url, migrations.bundled()[:6])
    with psycopg.connect(database_url) as connection:
        connection.execute(
            """
            insert into callcore.call_records (call_id, site, node, caller_leg_id, caller_number,
                caller_name, dialled_number, arrived_at, bridged_at, ended_at, outcome, hung_up_by,
                hangup_cause, queue, wait_seconds, talk_seconds, hold_seconds, is_adopted, faults,
                is_callback, callback_of)
            select 'c' || outcome, '', '', '', '', '', '', '2026-09-21 12:00+00',
                case when outcome = 'served' then '2026-09-21 12:05+00'::timestamptz end,
                '2026-09-21 12:09+00', outcome, 'unknown', '', 'support', 290, 0, 0, false, '{}',
                outcome <> 'callback_promised',
                case when outcome <> 'callback_promised' then 'ccallback_promised' end
            from unnest(array['served', 'callback_failed', 'callback_promised']) as outcome;
            insert into callcore.queue_visits (call_id, visit_number, queue, joined_at, priority,
                left_at, leave_reason, waited_seconds, is_short_abandon, announcements_count)
            values ('cserved', 1, 'support', '2026-09-21 11:50+00', 3, '2026-09-21 12:05+00',
                'picked_up', 900, false, 0),
                ('ccallback_failed', 1, 'support', '2026-09-21 11:50+00', 3, '2026-09-21 12:09+00',
                'callback_expired', 1140, false, 0);
            """
        )
    assert migrations.migrate(database_url) == migrations.bundled()[6:]
    with psycopg.connect(database_url) as connection:
        origins = connection.execute(
            "select call_id, callback_origin from callcore.call_records order by call_id"
        ).fetchall()
        [day] = connection.execute(
            "select promised_count, served_count, failed_count, expired_count, rang_in_count,"
            " attempts_count, talked_at_first_count, mean_wait_seconds,"
            " mean_promise_to_talk_seconds, mean_held_seconds from callcore.callbacks_by_day"
        ).fetchall()
        wholes = connection.execute(
            "select whole_wait_seconds from callcore.callback_facts where is_served"
        ).fetchall()
    assert origins == [
        ("ccallback_failed", "overflow"),
        ("ccallback_promised", None),
        ("cserved", "overflow"),
    ]
    assert day == (2, 1, 1, 1, 0, 0, 0, 290.0, 300.0, None)
    assert wholes == [(900.0,)]


def test_an_older_database_is_named_with_the_cure(database_url):
    """A worker that starts before the migration says what to run."""
    migrations.migrate(database_url, [FIRST])
    with pytest.raises(migrations.DatabaseOlderError, match="0002_second: run `callcore migrate`"):
        migrations.check(database_url, [FIRST, SECOND])
    assert tables(database_url) == {"one"}


def test_a_changed_file_is_refused(database_url):
    """What the database was made of cannot be rewritten."""
    migrations.migrate(database_url, [FIRST])
    changed = migrations.Migration(number=1, name="first", sql=FIRST.sql + " -- changed")
    with pytest.raises(migrations.MigrationChangedError, match="0001_first was changed") as caught:
        migrations.migrate(database_url, [changed, SECOND])
    assert "\n" not in str(caught.value)
    assert tables(database_url) == {"one"}


def test_a_newer_database_is_refused(database_url):
    """An old worker does not write into a schema it does not know."""
    migrations.migrate(database_url, [FIRST, SECOND])
    with pytest.raises(migrations.DatabaseNewerError, match="0002_second") as caught:
        migrations.migrate(database_url, [FIRST])
    assert "\n" not in str(caught.value)


def test_a_step_that_fails_leaves_nothing(database_url):
    """All steps of a run are applied or none."""
    broken = migrations.Migration(number=2, name="broken", sql="create table callcore.two (id zzz)")
    with pytest.raises(migrations.MigrationError, match="0002_broken failed"):
        migrations.migrate(database_url, [FIRST, broken])
    assert tables(database_url) == set()


def test_an_absent_server_is_one_clear_line(unused_port):
    """No trace of libpq's many lines, nor of the password."""
    url = f"postgresql://ops:s3cret@127.0.0.1:{unused_port}/calls"
    with pytest.raises(migrations.MigrationError) as caught:
        migrations.migrate(url)
    text = str(caught.value)
    assert f"127.0.0.1:{unused_port}/calls" in text
    assert "s3cret" not in text
    assert "\n" not in text

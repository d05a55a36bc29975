"""A call that ends while no callcore runs has its record, from what the switch wrote of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live import prompts
from tests.live.daemon import agent, phone_at, queue
from tests.live.waiting import until
from tests.live.watching import arrival, playing

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]

SWEPT_SECONDS = 90
"""Half a minute of grace, and the looks before and after it."""


def test_a_caller_in_a_menu_without_callcore_has_a_record(
    watched, phones, callcore, switch, tmp_path: Path
):
    """callcore is killed while a caller hears a menu; the caller hangs up before it is back.
    Nothing in Redis knows of the call; its one record is made from the switch's own, and the file
    is moved.
    """
    file = prompts.record(tmp_path / "sounds", "menus/main", seconds=20)
    daemon = callcore(
        sounds={"directory": str(tmp_path / "sounds")},
        numbers={"8001": {"menu": "main"}},
        menus={"main": {"prompts": ["menus/main"], "choices": {"1": {"queue": "support"}}}},
        queues={"support": queue()},
        agents={"1001": agent("Anna Nowak", phone_at(5999))},
        records={"cdr_directories": {"fs1": str(switch.cdr_directory)}, "cdr_files": "move"},
    )
    caller = phones.caller("8001", from_user="+48600000001", hang_up_after_seconds=5)
    uuid = arrival(watched)
    playing(watched, uuid, file)
    daemon.kill()
    caller.wait_for("hung_up_by_us")
    until((switch.cdr_directory / f"{uuid}.cdr.json").exists, 15, "the switch's own record")
    daemon.start()
    until(lambda: daemon.rows("call_records", uuid), SWEPT_SECONDS, "a record")
    record = daemon.record(uuid)
    assert (record["source"], record["outcome"], record["hung_up_by"]) == (
        "switch",
        "exited",
        "caller",
    )
    assert record["caller_number"] == "+48600000001"
    assert record["dialled_number"] == "8001"
    assert (record["ended_at"] - record["arrived_at"]).total_seconds() == pytest.approx(5, abs=2)
    until((switch.cdr_directory / "done" / f"{uuid}.cdr.json").exists, 5, "the moved file")

"""What ``callcore quickstart`` writes is what callcore runs with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from callcore.switchsim.switch import SimulatedSwitch
from tests.system.daemon import PASSWORD, Daemon, records_in

pytestmark = pytest.mark.timeout(120)

REPOSITORY = Path(__file__).parents[2]


def test_from_nothing_to_the_first_call(
    switch: SimulatedSwitch, servers: dict[str, Any], tmp_path: Path
) -> None:
    """The password is nowhere but in the file it was written to; a caller of the number is served
    by the agent.
    """
    (tmp_path / "password").write_text(PASSWORD)
    words = [
        *("--yes", "--port", str(switch.port), "--password-file", "password", "--number", "8001"),
        *("--redis-url", servers["redis"]["url"], "--postgres-url", servers["postgres"]["url"]),
    ]
    subprocess.run(
        [sys.executable, "-m", "callcore", "quickstart", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        check=True,
    )
    file = tmp_path / "callcore.yaml"
    file.write_text(file.read_text().replace("site: main", f"site: {servers['site']}"))
    daemon = Daemon(
        tmp_path,
        *("--config", str(file), "--env-file", str(tmp_path / "callcore.env"), "--http-port", "0"),
        environ={"CALLCORE_NODE_FS1_PASSWORD": None},
    )
    try:
        daemon.wait_line("link_restored")
        caller = switch.call_in(dialled="8001")
        assert caller.wait_until(lambda leg: leg.bridged_to is not None, 10)
        caller.hang_up()
        daemon.wait_line("records_written")
        (record,) = records_in(servers["postgres"]["url"])
        assert (record["outcome"], record["agent_id"]) == ("served", "1001")
        assert daemon.stop() == 0
    finally:
        daemon.end()

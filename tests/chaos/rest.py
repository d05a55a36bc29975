"""When all is over: no line is left, and callcore has nothing left to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from callcore.adapters.redisdb.floor import Floor
from callcore.domain.agents import AgentState
from callcore.domain.ids import NodeName
from callcore.ports.stores import StoreError
from tests.chaos import centre
from tests.chaos.options import Options
from tests.chaos.processes import until
from tests.chaos.stage import Stage

REST_SECONDS = 90.0
DETAILS_SECONDS = 180.0
"""callcore looks at the switches' own records once they are a minute old."""
_LOOK_SECONDS = 0.5
_FEW = 50


class Rest:
    """What is left of a run."""

    def __init__(self, options: Options, stage: Stage, tell: Callable[[str], None]) -> None:
        self._options = options
        self._stage = stage
        self._tell = tell

    def wait(self) -> list[str]:
        """What is left although it was waited for."""
        left = self._until_none_is_left(self._legs, REST_SECONDS)
        if self._options.details:
            self._tell("waiting until the switches' own records have been read")
            left += self._until_none_is_left(self._details_left, DETAILS_SECONDS)
        floor = Floor(self._stage.servers.valkey.url, centre.SITE)
        left += self._until_none_is_left(lambda: self._unrest(floor), REST_SECONDS)
        floor.close()
        return left

    @staticmethod
    def _until_none_is_left(left: Callable[[], list[str]], seconds: float) -> list[str]:
        try:
            until(lambda: not left(), "rest", seconds, every=_LOOK_SECONDS)
        except TimeoutError:
            return left()
        return []

    def _legs(self) -> list[str]:
        count = self._stage.legs_count
        return [f"{count} legs"] if count else []

    def _details_left(self) -> list[str]:
        """One that the death of its switch cut short is left for a person to look at."""
        files = list(self._stage.details.rglob("*.json"))
        if len(files) <= _FEW:
            files = [file for file in files if _is_whole(file)]
        return [f"{len(files)} of the switches' own records"] if files else []

    def _unrest(self, floor: Floor) -> list[str]:
        """What the floor still has to do."""
        try:
            busy = [
                f"{one.agent_id} is {one.state}"
                for one in floor.roster.agents()
                if one.state is not AgentState.AVAILABLE
            ]
            calls = [
                f"{call.call_id} is on the floor, {call.state}"
                for name in self._options.node_names
                for call in floor.waiting_room.calls(NodeName(name))
            ]
            pending = floor.pending_records.count()
        except StoreError as error:
            return [str(error)]
        return [*busy, *calls, *([f"{pending} records are pending"] if pending else [])]


def _is_whole(file: Path) -> bool:
    try:
        json.loads(file.read_bytes())
    except (FileNotFoundError, ValueError):
        return False
    return True

"""Writes ``ops/grafana/dashboards``, or the directory named: one file a dashboard."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from callcore.adapters.prom.boards import agents, engine, floor, grafana, nodes, queue
from callcore.adapters.prom.boards.model import Board

BOARDS = (floor.BOARD, queue.BOARD, agents.BOARD, nodes.BOARD, engine.BOARD)
DIRECTORY = Path("ops/grafana/dashboards")


def text(board: Board) -> str:
    """The content of a dashboard's file."""
    return json.dumps(grafana.dashboard(board), indent=2, ensure_ascii=False) + "\n"


def main(directory: Path) -> None:
    """Writes every file."""
    for board in BOARDS:
        (directory / f"{board.name}.json").write_text(text(board), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DIRECTORY)

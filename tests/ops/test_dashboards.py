"""The dashboards ask for what there is, and their files are what is described."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from callcore.adapters.prom.boards import __main__ as boards
from callcore.adapters.prom.boards.model import Board, Look, Panel
from tests.ops import known, promql
from tests.ops.promtool import promtool

DIRECTORY = known.OPS / "grafana" / "dashboards"
GIVEN = {"__rate_interval"}
"""Variables that Grafana has of itself."""


PANELS = [(board, panel) for board in boards.BOARDS for panel in board.panels]


def ids(value: Any) -> str:
    return value.name if isinstance(value, Board) else value.title.replace(" ", "-")


def headings() -> set[str]:
    text = known.RUNBOOK.read_text(encoding="utf-8")
    return set(re.findall(r"^### (\w+)$", text, re.MULTILINE))


def test_the_files_are_what_is_described() -> None:
    """They are generated: ``python -m callcore.adapters.prom.boards``."""
    assert {path.stem for path in DIRECTORY.iterdir()} == {board.name for board in boards.BOARDS}
    for board in boards.BOARDS:
        found = (DIRECTORY / f"{board.name}.json").read_text(encoding="utf-8")
        assert found == boards.text(board), "python -m callcore.adapters.prom.boards writes it anew"


@pytest.mark.parametrize(("board", "panel"), PANELS, ids=ids)
def test_queries_ask_for_what_there_is(board: Board, panel: Panel) -> None:
    """Every metric and every label is exported; every variable is the dashboard's."""
    assert panel.queries
    choices = {choice.name for choice in board.choices}
    for query in panel.queries:
        assert known.unknown(query.promql, known.exported()) == []
        assert set(re.findall(r"\$(\w+)", query.promql)) <= choices | GIVEN
        # Whoever chose a site sees nothing of another.
        for selector in promql.selectors(query.promql):
            assert "site" in selector.labels


@pytest.mark.parametrize(("board", "panel"), PANELS, ids=ids)
def test_legends_name_labels_that_the_answers_have(board: Board, panel: Panel) -> None:
    """A legend with a label that was summed away is empty."""
    for query in panel.queries:
        kept = {label for found in promql.groupings(query.promql) for label in found.labels}
        whole = not list(promql.groupings(query.promql))
        for label in re.findall(r"{{(\w+)}}", query.legend):
            assert label in kept or whole


@pytest.mark.parametrize(("board", "panel"), PANELS, ids=ids)
def test_panels_explain_themselves(board: Board, panel: Panel) -> None:
    """Each says what it shows, what stands where there is nothing, and where to read on."""
    assert panel.help.endswith(".")
    assert panel.empty
    assert next(limit for limit, _ in panel.limits) is None
    assert not panel.alert or panel.alert in headings()
    if panel.look is Look.TABLE:
        assert len(panel.columns) == len(panel.queries)
    if len(panel.queries) > 1:
        assert panel.look is Look.TABLE or all(query.legend for query in panel.queries)


def test_choices_are_labels_that_there_are() -> None:
    """An empty list of queues would leave the dashboard empty."""
    for board in boards.BOARDS:
        for choice in board.choices:
            (selector,) = promql.selectors(choice.metric)
            assert choice.label in known.exported()[selector.metric] | known.OF_TARGETS


def test_no_panel_lies_upon_another() -> None:
    """And none beyond the right edge; ids are one panel's."""
    for board in boards.BOARDS:
        panels = json.loads(boards.text(board))["panels"]
        assert len({panel["id"] for panel in panels}) == len(panels)
        taken: set[tuple[int, int]] = set()
        for panel in panels:
            place = panel["gridPos"]
            cells = {
                (place["x"] + column, place["y"] + line)
                for column in range(place["w"])
                for line in range(place["h"])
            }
            assert not cells & taken
            assert max(column for column, _ in cells) < 24
            taken |= cells


def test_grafana_finds_the_dashboards() -> None:
    """The files by which it is set up name a Prometheus and the directory of the dashboards."""
    directory = known.OPS / "grafana" / "provisioning"
    sources = yaml.safe_load((directory / "datasources" / "callcore.yaml").read_text())
    providers = yaml.safe_load((directory / "dashboards" / "callcore.yaml").read_text())
    assert [source["type"] for source in sources["datasources"]] == ["prometheus"]
    (provider,) = providers["providers"]
    text = (directory / "dashboards" / "callcore.yaml").read_text()
    assert f"ops/grafana/dashboards/*.json {provider['options']['path']}/" in text


def test_the_reference_asks_for_what_there_is() -> None:
    """Each query of the page on metrics, those in its tables too."""
    page = (known.RUNBOOK.parent / "metrics.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```promql\n(.*?)```", page, re.DOTALL)
    queries = [query for block in blocks for query in block.split("\n\n")]
    queries += re.findall(r"`([^`]+)` \|$", page, re.MULTILINE)
    assert len(queries) > 130
    assert [known.unknown(query, known.exported()) for query in queries if query] == [
        [] for query in queries if query
    ]


def test_prometheus_understands_every_query(tmp_path) -> None:
    """Checked by Prometheus' own tool, where it is installed."""
    queries = [query.promql for _, panel in PANELS for query in panel.queries]
    rules = [
        {"record": f"query_{number}", "expr": query.replace("$__rate_interval", "1m")}
        for number, query in enumerate(queries)
    ]
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}))
    assert f"{len(rules)} rules found" in promtool("check", "rules", str(file))

"""Dashboards as Grafana reads them (schema 39, Grafana 10.4 and later)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from callcore.adapters.prom.boards.model import WIDTH, Board, Choice, Look, Panel, Row

DOCS = "file:///usr/share/doc/callcore"
"""Where the documents are, for links: the dashboards' variable ``docs`` has it."""

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}

Json = dict[str, Any]


def dashboard(board: Board) -> Json:
    """The whole file."""
    return {
        "uid": f"callcore-{board.name}",
        "title": f"callcore: {board.title}",
        "description": board.help,
        "tags": ["callcore"],
        "schemaVersion": 39,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,
        "timezone": "browser",
        "refresh": board.refresh,
        "time": {"from": board.since, "to": "now"},
        "links": [
            {
                "type": "dashboards",
                "title": "callcore",
                "tags": ["callcore"],
                "asDropdown": True,
                "includeVars": True,
                "keepTime": True,
            },
            {
                "type": "link",
                "title": "Runbook",
                "icon": "doc",
                "url": "${docs}/runbook.md",
                "targetBlank": True,
            },
        ],
        "templating": {"list": [_datasource(), *map(_variable, board.choices), _docs()]},
        "panels": list(_panels(board.rows)),
    }


def _datasource() -> Json:
    return {
        "name": "datasource",
        "label": "Prometheus",
        "type": "datasource",
        "query": "prometheus",
        "current": {},
    }


def _docs() -> Json:
    return {
        "name": "docs",
        "type": "constant",
        "query": DOCS,
        "current": {"text": DOCS, "value": DOCS},
        "hide": 2,
        "skipUrlSync": True,
    }


def _variable(choice: Choice) -> Json:
    query = f"label_values({choice.metric}, {choice.label})"
    found: Json = {
        "name": choice.name,
        "label": choice.title,
        "type": "query",
        "datasource": DATASOURCE,
        "definition": query,
        "query": {"query": query, "refId": choice.name},
        "refresh": 2,
        "sort": 1,
        "multi": choice.takes_many,
        "includeAll": choice.takes_many,
    }
    if choice.takes_many:
        found |= {"allValue": ".*", "current": {"text": "All", "value": "$__all"}}
    return found


def _panels(rows: Sequence[Row]) -> Iterator[Json]:
    top, number = 0, 1
    for row in rows:
        yield {
            "id": number,
            "type": "row",
            "title": row.title,
            "collapsed": False,
            "gridPos": {"x": 0, "y": top, "w": WIDTH, "h": 1},
            "panels": [],
        }
        top, left, height, number = top + 1, 0, 0, number + 1
        for panel in row.panels:
            if left + panel.width > WIDTH:
                top, left, height = top + height, 0, 0
            place = {"x": left, "y": top, "w": panel.width, "h": panel.height}
            yield {"id": number, "gridPos": place, **_panel(panel)}
            left, height, number = left + panel.width, max(height, panel.height), number + 1
        top += height


def _panel(panel: Panel) -> Json:
    found: Json = {
        "type": panel.look,
        "title": panel.title,
        "description": panel.help,
        "datasource": DATASOURCE,
        "targets": [_target(panel, number) for number in range(len(panel.queries))],
        "fieldConfig": {"defaults": _defaults(panel), "overrides": _overrides(panel)},
        "options": _options(panel),
    }
    if panel.alert:
        url = f"${{docs}}/runbook.md#{panel.alert.lower()}"
        found["links"] = [{"title": f"Runbook: {panel.alert}", "url": url, "targetBlank": True}]
    if panel.look is Look.TABLE:
        found["transformations"] = _joined(panel)
    return found


def _target(panel: Panel, number: int) -> Json:
    query = panel.queries[number]
    is_instant = panel.look in {Look.TABLE, Look.BARS, Look.NUMBER}
    formats = {Look.TABLE: "table", Look.HEAT: "heatmap"}
    return {
        "refId": chr(ord("A") + number),
        "datasource": DATASOURCE,
        "expr": query.promql,
        "legendFormat": query.legend or "__auto",
        "instant": is_instant,
        "range": not is_instant,
        "format": formats.get(panel.look, "time_series"),
    }


def _defaults(panel: Panel) -> Json:
    steps = [{"value": value, "color": colour} for value, colour in panel.limits]
    found: Json = {
        "unit": panel.unit,
        "noValue": panel.empty,
        "color": {"mode": "palette-classic" if panel.look is Look.LINES else "thresholds"},
        "thresholds": {"mode": "absolute", "steps": steps},
        "mappings": _mappings(panel),
    }
    bounds = {"min": panel.least, "max": panel.most, "decimals": panel.decimals}
    found |= {name: value for name, value in bounds.items() if value is not None}
    if panel.look is Look.LINES:
        found["custom"] = {
            "lineWidth": 1,
            "fillOpacity": 30 if panel.is_stacked else 5,
            "showPoints": "never",
            "spanNulls": False,
            "stacking": {"mode": "normal" if panel.is_stacked else "none", "group": "A"},
            "thresholdsStyle": {"mode": "line" if len(panel.limits) > 1 else "off"},
        }
    return found


def _mappings(panel: Panel) -> list[Json]:
    found: list[Json] = [
        {
            "type": "special",
            "options": {"match": "null+nan", "result": {"text": panel.empty, "index": 0}},
        }
    ]
    if panel.words:
        words = {
            f"{value:g}": {"text": text, "color": colour, "index": number}
            for number, (value, (text, colour)) in enumerate(panel.words.items(), 1)
        }
        found.append({"type": "value", "options": words})
    return found


def _overrides(panel: Panel) -> list[Json]:
    return [
        {
            "matcher": {"id": "byName", "options": name},
            "properties": [{"id": "unit", "value": unit}],
        }
        for name, unit in panel.columns
    ]


def _joined(panel: Panel) -> list[Json]:
    """One line for what has the same labels, one column for each query."""
    names = {
        f"Value #{chr(ord('A') + place)}": name for place, (name, _) in enumerate(panel.columns)
    }
    if len(panel.columns) == 1:
        names["Value"] = panel.columns[0][0]
    organized = {"excludeByName": {"Time": True}, "renameByName": names}
    return [{"id": "merge", "options": {}}, {"id": "organize", "options": organized}]


def _options(panel: Panel) -> Json:
    latest = {"calcs": ["lastNotNull"], "fields": "", "values": False}
    match panel.look:
        case Look.NUMBER:
            return {
                "reduceOptions": latest,
                "colorMode": "background",
                "graphMode": "none",
                "textMode": "auto" if len(panel.queries) == 1 else "value_and_name",
            }
        case Look.BARS:
            return {"reduceOptions": latest, "displayMode": "basic", "orientation": "horizontal"}
        case Look.TABLE:
            return {"showHeader": True, "cellHeight": "sm"}
        case Look.HEAT:
            return {"calculate": False, "yAxis": {"unit": panel.unit}, "cellGap": 1}
    return {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }

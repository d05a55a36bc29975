"""The alerts ask for what there is, fire when they should, and tell what to do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

import callcore as callcore_package
from callcore.cli.root import callcore
from callcore.domain import events
from tests.ops import engine_stories, floor_stories, known, promql
from tests.ops.promtool import promtool
from tests.ops.stories import Story, alerts_of

STORIES = (*floor_stories.STORIES, *engine_stories.STORIES)
ALERTS = known.alerts()
RUNBOOK = "file:///usr/share/doc/callcore/runbook.md"


def name_of(rule: dict[str, Any]) -> str:
    name: str = rule.get("alert") or rule["record"]
    return name


def told(story: Story) -> dict[str, Any]:
    """A story as Prometheus' tool reads it."""
    site = {"site": "berlin"} if story.has_site else {}
    labels = {"severity": story.severity, **site, **(story.labels or {})}
    return {
        "name": f"{story.alert}: {story.says}",
        "interval": "1m",
        "input_series": [
            {"series": _of_site(name), "values": values} for name, values in story.series.items()
        ],
        "alert_rule_test": [
            {
                "alertname": story.alert,
                "eval_time": f"{story.at}m",
                "exp_alerts": [] if story.is_silent else [{"exp_labels": labels}],
            }
        ],
    }


def _of_site(name: str) -> str:
    metric, _, labels = name.removesuffix("}").partition("{")
    return f'{metric}{{site="berlin"{"," if labels else ""}{labels}}}'


def test_stories_come_out_as_told(tmp_path: Path) -> None:
    """Every alert is there when it should be and not when it should not, minute by minute."""
    rules = yaml.safe_load(known.RULES.read_text(encoding="utf-8"))
    for group in rules["groups"]:
        for rule in group["rules"]:
            rule.pop("annotations", None)  # the tool would have each written out once more
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(rules))
    tests = {
        "rule_files": ["rules.yml"],
        "evaluation_interval": "1m",
        "tests": [told(story) for story in STORIES],
    }
    (tmp_path / "stories.yml").write_text(yaml.safe_dump(tests, width=1000))
    promtool("test", "rules", str(tmp_path / "stories.yml"))


def test_prometheus_reads_the_files() -> None:
    """The rules and the sample configuration, by its own tool."""
    said = promtool("check", "config", str(known.OPS / "prometheus" / "prometheus.yml"))
    assert f"{len(known.rules())} rules found" in said


def test_every_alert_has_stories_of_both_kinds() -> None:
    """One in which it fires, and one in which it is silent."""
    names = {rule["alert"] for rule in ALERTS}
    assert alerts_of([story for story in STORIES if story.is_silent]) == names
    assert alerts_of([story for story in STORIES if not story.is_silent]) == names


@pytest.mark.parametrize("rule", known.rules(), ids=name_of)
def test_rules_ask_for_what_there_is(rule: dict[str, Any]) -> None:
    """Every metric and every label is exported, or recorded by another rule."""
    assert known.unknown(rule["expr"], known.series()) == []
    assert promql.selectors(rule["expr"])


@pytest.mark.parametrize("rule", ALERTS, ids=name_of)
def test_alerts_tell_what_to_do(rule: dict[str, Any]) -> None:
    """What is so, what callers notice, what to do first, where to read on, and how urgent it is."""
    assert rule["labels"]["severity"] in {"critical", "warning"}
    notes = rule["annotations"]
    assert set(notes) == {"summary", "impact", "action", "runbook_url"}
    assert all(len(note) > 10 for note in notes.values())
    label, place = "{{ with $externalLabels.callcore_runbook }}{{ . }}{{ else }}", "{{ end }}"
    assert notes["runbook_url"] == f"{label}{RUNBOOK}{place}#{rule['alert'].lower()}"


@pytest.mark.parametrize(
    ("external_labels", "place"),
    [
        ({}, RUNBOOK),
        ({"callcore_runbook": "https://wiki.example/run/"}, "https://wiki.example/run/"),
    ],
)
def test_where_the_runbook_is_can_be_told(
    external_labels: dict[str, str], place: str, tmp_path: Path
) -> None:
    """By a label of Prometheus itself; without it, it is a file."""
    rule = next(rule for rule in ALERTS if rule["alert"] == "CallcoreRedisDown")
    bare = {**rule, "annotations": {"runbook_url": rule["annotations"]["runbook_url"]}}
    rules = {"groups": [{"name": "one", "rules": [bare]}]}
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(rules, width=1000))
    story = next(one for one in STORIES if one.alert == rule["alert"] and not one.is_silent)
    test = {**told(story), "external_labels": external_labels}
    (one,) = test["alert_rule_test"]
    one["exp_alerts"][0]["exp_annotations"] = {"runbook_url": f"{place}#callcoreredisdown"}
    tests = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [test]}
    (tmp_path / "stories.yml").write_text(yaml.safe_dump(tests, width=1000))
    promtool("test", "rules", str(tmp_path / "stories.yml"))


@pytest.mark.parametrize("rule", ALERTS, ids=name_of)
def test_texts_use_labels_that_the_alert_has(rule: dict[str, Any]) -> None:
    """Others would be empty when they are read at night."""
    fired = [story for story in STORIES if story.alert == rule["alert"] and not story.is_silent]
    always = set.intersection(*({"site", *(story.labels or {})} for story in fired))
    some = {"site"}.union(*((story.labels or {}) for story in fired))
    for note in rule["annotations"].values():
        assert set(re.findall(r"{{ \$labels\.(\w+)", note)) <= always
        assert set(re.findall(r"{{ with \$labels\.(\w+)", note)) <= some


@pytest.mark.parametrize(
    "text",
    [
        *(note for rule in ALERTS for note in rule["annotations"].values()),
        known.RUNBOOK.read_text(encoding="utf-8"),
    ],
    ids=lambda text: text[:30],
)
def test_commands_are_callcores(text: str) -> None:
    """Whoever types what stands there is understood."""
    context = click.Context(callcore)
    for words in re.findall(r"`callcore ([a-z][a-z -]*)", text):
        command: click.Command | None = callcore
        for word in words.split():
            if not isinstance(command, click.Group):
                break
            command = command.get_command(context, word)
            assert command is not None, words


def test_lines_of_the_log_are_callcores() -> None:
    """What is to be looked for in the log is written there."""
    texts = [known.RULES.read_text(encoding="utf-8"), known.RUNBOOK.read_text(encoding="utf-8")]
    sources = "".join(
        path.read_text(encoding="utf-8")
        for path in Path(callcore_package.__path__[0]).rglob("*.py")
    )
    written = {re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() for name in events.__all__}
    written |= set(re.findall(r'"([a-z]+(?:_[a-z]+)+)"', sources))
    for words in re.findall(r"grep -E '([a-z_|]+)'", "".join(texts)):
        for word in words.split("|"):
            assert any(line.startswith(word) for line in written) or word in {"error", "critical"}


def test_the_runbook_has_a_section_for_each_alert() -> None:
    """And for no other; each says the four things, in the same order."""
    text = known.RUNBOOK.read_text(encoding="utf-8")
    sections = dict(
        re.findall(r"^### (Callcore\w+)\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    )
    assert sorted(sections) == sorted(rule["alert"] for rule in ALERTS)
    for content in sections.values():
        assert re.findall(r"^\*\*(.+?)\*\*", content, re.MULTILINE) == [
            "Means.",
            "Callers notice.",
            "Do.",
            "False alarm.",
        ]


def test_a_scrape_configuration_names_the_job_that_alerts_ask_for() -> None:
    """And gives each target a site."""
    content = yaml.safe_load((known.OPS / "prometheus" / "prometheus.yml").read_text())
    (job,) = content["scrape_configs"]
    assert set(re.findall(r'job="(\w+)"', known.RULES.read_text())) == {job["job_name"]}
    assert all("site" in config["labels"] for config in job["static_configs"])

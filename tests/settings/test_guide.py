"""The guide says nothing that callcore would refuse, and names every setting of the front door."""

import re
from pathlib import Path

import pytest
import yaml

from callcore.settings import (
    announcing,
    branches,
    callable_numbers,
    callbacks,
    extensions,
    hooks,
    lookups,
    menu_choices,
    menus,
    surveys,
)

GUIDE = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text()
NAMED = set(re.findall(r"`([a-z_]+)`", GUIDE))
GUIDE_TO_CALLBACKS = (Path(__file__).parents[2] / "docs" / "callbacks.md").read_text()
NAMED_OF_CALLBACKS = set(re.findall(r"`([a-z_]+)`", GUIDE_TO_CALLBACKS))
AROUND = """
hours: {office: {timezone: UTC, week: {monday: [08:00-16:00]}}}
caller_lists: {vip: {numbers: ["1"]}, blocked: {numbers: ["2"]}}
queues: {sales: {}, reception: {}, vip: {}}
menus: {billing: {prompts: [a], choices: {"1": {queue: support}}}}
agents:
  "1009":
    {name: A, contact: user/9@x, queues: [sales, reception, vip, support], skills: {polish: "30"}}
"""


def merged(into: dict, other: dict) -> dict:
    """One file of many pieces."""
    for key, value in other.items():
        both = into.get(key)
        into[key] = merged(both, value) if isinstance(both, dict) and value else value
    return into


def test_what_the_guide_shows_is_taken(load):
    """All its pieces together are settings, with the names around them that they use."""
    whole: dict = {}
    for piece in [*re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL), AROUND]:
        merged(whole, yaml.load(piece, yaml.BaseLoader))
    # Of PINs the guide shows the file only.
    for agent in whole["agents"].values():
        agent.pop("connection", None)
    for part in ("feature_codes", "pins"):
        del whole[part]
    for one in whole["breaks"].values():
        one.pop("key", None)
    site = load(yaml.safe_dump(whole, allow_unicode=True)).policy
    assert {"door", "main", "who", "account"} <= site.menus.keys()
    assert site.lookups.keys() == {"crm"}
    assert site.surveys.keys() == {"csat"}


@pytest.mark.parametrize(
    "section",
    [
        menus.MenuSection,
        menu_choices.MenuChoiceSection,
        branches.HoursMenuSection,
        branches.CallersMenuSection,
        branches.LookupMenuSection,
        extensions.ExtensionsSection,
        lookups.LookupSection,
        surveys.SurveySection,
        surveys.SurveyQuestionSection,
        surveys.QueueSurveySection,
        announcing.PositionSection,
        announcing.EstimateSection,
        announcing.MessagesSection,
        announcing.MessageSection,
    ],
)
def test_guide_names_every_setting(section):
    """An operator finds each in its tables, or where treatments are told."""
    elsewhere = {"keeps_join_time", "context", "ranges"}
    assert set(section.model_fields) - NAMED - elsewhere == set()


@pytest.mark.parametrize(
    "section",
    [
        callbacks.CallbackSection,
        callbacks.WaitingOfferSection,
        callbacks.AnswerCheckSection,
        callbacks.AbandonedSection,
        callable_numbers.CallableNumbersSection,
        hooks.HookSection,
    ],
)
def test_guide_to_callbacks_names_every_setting(section):
    """In one place, for whoever sets them up."""
    assert set(section.model_fields) - NAMED_OF_CALLBACKS == set()


def test_what_the_guide_to_callbacks_shows_is_taken(load):
    """All its pieces together are settings, with the names around them that they use."""
    whole: dict = {}
    for piece in [*re.findall(r"```yaml\n(.*?)```", GUIDE_TO_CALLBACKS, re.DOTALL), AROUND]:
        merged(whole, yaml.load(piece, yaml.BaseLoader))
    assert load(yaml.safe_dump(whole, allow_unicode=True)).policy.hooks

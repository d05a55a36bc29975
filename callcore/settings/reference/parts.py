"""The parts of the file in the order in which the reference tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import yaml

from callcore.domain import policies, treatments
from callcore.domain.ageing import AgeingPolicy
from callcore.domain.hours import OpeningHours
from callcore.domain.phone_numbers import Home
from callcore.settings import (
    agents,
    announcing,
    branches,
    breaks,
    callable_numbers,
    callback_offers,
    callbacks,
    caller_lists,
    cdr,
    extensions,
    hooks,
    hours,
    lookups,
    menu_choices,
    menus,
    nodes,
    numbers,
    overload,
    pins,
    queue_sections,
    servers,
    skill_rules,
    surveys,
    switches,
    top,
)
from callcore.settings import treatments as treatment_sections
from callcore.settings.section import Section


@dataclass(frozen=True, slots=True)
class Part:
    """A mapping of the file."""

    path: str
    """As people write it: ``queues.NAME.tiers``."""
    section: type[Section]
    policy: type[Any] | None = None
    """Has the defaults and limits that the section leaves to it."""


PARTS = (
    Part("the file", top.TopSection),
    Part("nodes[]", nodes.NodeSection, policies.NodePolicy),
    Part("redis", servers.RedisSection),
    Part("redis.tls", servers.TlsSection),
    Part("postgres", servers.PostgresSection),
    Part("retention", servers.RetentionSection),
    Part("retention.records", servers.KeepingSection),
    Part("records", cdr.RecordsSection),
    Part("http", servers.HttpSection),
    Part("log", servers.LogSection),
    Part("sounds", switches.SoundsSection, policies.SoundsPolicy),
    Part("recordings", switches.RecordingsSection),
    Part("fallback", switches.FallbackSection, policies.Fallback),
    Part("dialplan", switches.DialplanSection, policies.DialplanPolicy),
    Part("dialplan.home", switches.HomeSection, Home),
    Part(
        "dialplan.callable_numbers",
        callable_numbers.CallableNumbersSection,
        policies.CallableNumbers,
    ),
    Part("hours.NAME", hours.HoursSection, OpeningHours),
    Part("hours.NAME.public_holidays", hours.PublicHolidaysSection),
    Part("caller_lists.NAME", caller_lists.CallerListSection, policies.CallerList),
    Part("numbers.NUMBER", numbers.NumberSection, policies.NumberRoute),
    Part("a treatment", treatment_sections.TreatmentSection),
    Part("callback of a treatment", callback_offers.CallbackOfferSection, treatments.ToCallback),
    Part("a way out of a menu", menu_choices.MenuChoiceSection, policies.MenuChoice),
    Part("menus.NAME, a question", menus.MenuSection, policies.MenuPolicy),
    Part("menus.NAME.extensions", extensions.ExtensionsSection, policies.Extensions),
    Part("menus.NAME, by hours", branches.HoursMenuSection),
    Part("menus.NAME, by caller list", branches.CallersMenuSection),
    Part("menus.NAME, by lookup", branches.LookupMenuSection, policies.LookupMenu),
    Part("lookups.NAME", lookups.LookupSection, policies.LookupPolicy),
    Part("hooks.NAME", hooks.HookSection, policies.HookPolicy),
    Part("surveys.NAME", surveys.SurveySection, policies.SurveyPolicy),
    Part("surveys.NAME.questions[]", surveys.SurveyQuestionSection, policies.SurveyQuestion),
    Part("queues.NAME", queue_sections.QueueSection, policies.QueuePolicy),
    Part(
        "queues.NAME.waiting_per_agent",
        queue_sections.WaitingPerAgentSection,
        policies.WaitingPerAgent,
    ),
    Part("queues.NAME.unanswered", queue_sections.UnansweredSection, policies.UnansweredPolicy),
    Part("queues.NAME.ageing", queue_sections.AgeingSection, AgeingPolicy),
    Part("queues.NAME.tiers", queue_sections.TiersSection, policies.TierPolicy),
    Part("queues.NAME.skills[]", skill_rules.SkillStepSection, policies.SkillStep),
    Part("queues.NAME.sticky_agent", queue_sections.StickyAgentSection, policies.StickyPolicy),
    Part("queues.NAME.announce_position", announcing.PositionSection, policies.PositionPolicy),
    Part("queues.NAME.announce_estimate", announcing.EstimateSection, policies.EstimatePolicy),
    Part("queues.NAME.messages", announcing.MessagesSection, policies.MessagesPolicy),
    Part("queues.NAME.messages.each[]", announcing.MessageSection, policies.MessagePolicy),
    Part("queues.NAME.survey", surveys.QueueSurveySection, policies.QueueSurveyPolicy),
    Part("queues.NAME.callback", callbacks.CallbackSection, policies.CallbackPolicy),
    Part("queues.NAME.callback.offer", callbacks.WaitingOfferSection, policies.CallbackOfferPolicy),
    Part("queues.NAME.callback.check", callbacks.AnswerCheckSection, policies.AnswerCheckPolicy),
    Part("queues.NAME.callback.abandoned", callbacks.AbandonedSection, policies.AbandonedPolicy),
    Part(
        "queues.NAME.callback.switch_lost", callbacks.SwitchLostSection, policies.SwitchLostPolicy
    ),
    Part("agent_defaults", agents.AgentDefaultsSection, policies.AgentPolicy),
    Part("agents.ID", agents.AgentSection, policies.AgentPolicy),
    Part("agents.ID.queues.NAME", agents.TierSection, policies.Tier),
    Part("breaks.CODE", breaks.BreakSection, policies.BreakPolicy),
    Part("pins", pins.PinsSection, policies.PinPolicy),
    Part("overload", overload.OverloadSection, policies.OverloadPolicy),
)


def meanings() -> Mapping[str, Mapping[str, str]]:
    """What each setting means, by part and name."""
    file = resources.files("callcore.settings.reference") / "meanings.yaml"
    found: Mapping[str, Mapping[str, str]] = yaml.load(
        file.read_text(encoding="utf-8"),
        yaml.BaseLoader,  # noqa: S506 - makes text of everything
    )
    return found

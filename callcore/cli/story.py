"""An explanation as it is read: one decision after another, with wishes to be called back and calls
to the customer between them, what the caller said of the talk, then how things stand now.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from callcore.adapters.terminal.words import printable, span, spoken
from callcore.cli import callback_story, callback_tables, instants, words
from callcore.domain.ids import AgentId, Micros, seconds_between
from callcore.domain.records import DecisionRecord, SurveyAnswer
from callcore.domain.routing import Judgement, Verdict
from callcore.ports.operations import Explanation, WaitingView

TOGETHER_SECONDS = 1.0
"""Within how long agents who are rung at once are all reserved."""

Groups = Sequence[tuple[Sequence[AgentId], str]]
"""Agents, and what is to be said of them."""


def told(explanation: Explanation, now: Micros) -> RenderableType:
    """The whole story of a call, as far as agents and callbacks go."""
    parts: list[RenderableType] = [Text(f"Call {printable(explanation.call_id)}", style="bold")]
    if explanation.waiting is None:
        parts.append(Text("  does not wait for an agent now"))
    else:
        parts.append(_waiting(explanation.waiting))
    known = _known(explanation, now)
    if known.row_count:
        parts.append(_indented(known))
    if not explanation.decisions:
        has_waited = "has been" if explanation.waiting is not None else "was"
        parts += [Text(), Text(f"No agent {has_waited} asked to take it.")]
    for told_then in _in_order(explanation, now):
        parts += [Text(), *told_then]
    for answers in _by_talk(explanation.survey_answers):
        parts += [Text(), *_answers(answers, now)]
    if explanation.waiting is not None:
        parts += [Text(), *_now(explanation, now)]
    return Group(*parts)


def _in_order(explanation: Explanation, now: Micros) -> list[list[RenderableType]]:
    """Decisions, wishes to be called back and calls to the customer, as they came."""
    several = len({decision.queue for decision in explanation.decisions}) > 1
    blocks = [
        *((wish.at, callback_story.asking(wish, now)) for wish in explanation.callback_askings),
        *(
            (decisions[0].decided_at, _decision(decisions, now, names_queue=several))
            for decisions in _made_together(explanation.decisions)
        ),
        *(
            (made.at, callback_story.attempt(number, made, now))
            for number, made in enumerate(explanation.callback_attempts, start=1)
        ),
    ]
    return [block for _, block in sorted(blocks, key=operator.itemgetter(0))]


def _known(explanation: Explanation, now: Micros) -> Table:
    """Who calls, or is called and why, as far as that is not known from the line."""
    facts = _facts()
    if explanation.callback_origin is not None:
        facts.add_row("callback", Text(callback_story.promise(explanation.callback_origin)))
    if explanation.promise is not None:
        facts.add_row("state", Text(callback_tables.state(explanation.promise, now)))
    if explanation.callback_of is not None:
        facts.add_row("promised in", Text(f"call {printable(explanation.callback_of)}"))
    if explanation.language:
        facts.add_row("language", Text(printable(explanation.language)))
    if explanation.account:
        facts.add_row("account", Text(printable(explanation.account)))
    return facts


def _by_talk(answers: Iterable[SurveyAnswer]) -> list[list[SurveyAnswer]]:
    """A caller who talked twice may have been asked twice."""
    groups: dict[tuple[str, str | None], list[SurveyAnswer]] = {}
    for one in answers:
        groups.setdefault((one.survey, one.offer_id), []).append(one)
    return list(groups.values())


def _answers(answers: Sequence[SurveyAnswer], now: Micros) -> list[RenderableType]:
    first = answers[0]
    heading = Text(f"{instants.shown(first.at, now, seconds=True)}  ", style="bold")
    heading.append(f"asked about the talk: {printable(first.survey)}", style="cyan")
    facts = _facts()
    if first.agent_id is not None:
        in_queue = "" if first.queue is None else f" in {printable(first.queue)}"
        facts.add_row("talked with", Text(f"{printable(first.agent_id)}{in_queue}"))
    for one in answers:
        said = Text(printable(one.answer)) if one.answer else Text("no answer", style="dim")
        facts.add_row(printable(one.question), said)
    return [heading, _indented(facts)]


def _waiting(waiting: WaitingView) -> RenderableType:
    place = "" if waiting.position is None else f", in place {waiting.position}"
    facts = _facts()
    facts.add_row(
        "waits", Text(f"in {printable(waiting.queue)}{place}, for {span(waiting.waited_seconds)}")
    )
    caller = printable(waiting.caller_number) or "unknown"
    facts.add_row("caller", Text(f"{caller}, to be called back" if waiting.is_callback else caller))
    facts.add_row("priority", Text(str(waiting.priority)))
    facts.add_row("may ask", Text(words.demanded(waiting.open_level, waiting.skill_rule)))
    if waiting.sticky_agent is not None:
        facts.add_row("talked last", Text(f"with {printable(waiting.sticky_agent)}"))
    if waiting.offered_to:
        facts.add_row("rings", Text(words.agents(waiting.offered_to), style="green"))
    return _indented(facts)


def _made_together(decisions: Iterable[DecisionRecord]) -> list[list[DecisionRecord]]:
    """Of agents who were rung at once, each one's decision names the others as chosen: they are one
    here.
    """
    groups: list[list[DecisionRecord]] = []
    for decision in decisions:
        if groups and _is_of_one(groups[-1], decision):
            groups[-1].append(decision)
        else:
            groups.append([decision])
    return groups


def _is_of_one(group: Sequence[DecisionRecord], decision: DecisionRecord) -> bool:
    first = group[0]
    chosen = {one.agent_id for one in first.passed_over if one.verdict is Verdict.CHOSEN}
    return (
        decision.queue == first.queue
        and decision.agent_id in chosen
        and decision.agent_id not in {one.agent_id for one in group}
        and seconds_between(first.decided_at, decision.decided_at) < TOGETHER_SECONDS
    )


def _decision(
    decisions: Sequence[DecisionRecord], now: Micros, *, names_queue: bool
) -> list[RenderableType]:
    first = decisions[0]
    asked = [decision.agent_id for decision in decisions]
    at = instants.shown(first.decided_at, now, seconds=True)
    heading = Text(f"{at}  ", style="bold")
    heading.append(f"offered to {words.agents(asked)}", style="green")
    if names_queue:
        heading.append(f"  in {printable(first.queue)}", style="not bold")
    facts = _facts()
    facts.add_row("because", Text(words.because(first, asked)))
    facts.add_row(
        "the caller",
        Text(f"had waited {span(first.waited_seconds)}, with priority {first.priority}"),
    )
    facts.add_row("might ask", Text(words.demanded(first.open_level, first.skill_rule)))
    facts.add_row("strategy", Text(spoken(first.strategy)))
    passed_over = [one for one in first.passed_over if one.agent_id not in asked]
    if passed_over:
        facts.add_row(
            "passed over",
            _grouped(
                _by_words(
                    (one.agent_id, words.against(one.verdict, one.detail)) for one in passed_over
                )
            ),
        )
    busy = _by_words(
        (agent_id, spoken(state))
        for state, ids in decisions[-1].not_free.items()
        for agent_id in ids
        if agent_id not in asked
    )
    if busy:
        facts.add_row("not free", _states(busy))
    return [heading, _indented(facts)]


def _now(explanation: Explanation, now: Micros) -> list[RenderableType]:
    heading = Text(f"{instants.shown(now, now, seconds=True)}  ", style="bold")
    heading.append("now", style="yellow")
    facts = _facts()
    free = _by_words((one.agent_id, _stands(one, explanation)) for one in explanation.judgements)
    busy = _by_words((agent_id, spoken(state)) for agent_id, state in explanation.not_free)
    if not free and not busy:
        facts.add_row("agents", Text("none serves this queue"))
    else:
        facts.add_row("free", _grouped(free) if free else Text("nobody"))
    if busy:
        facts.add_row("not free", _states(busy))
    return [heading, _indented(facts)]


def _stands(judgement: Judgement, explanation: Explanation) -> str:
    """What stands between a caller who waits and a free agent."""
    if judgement.verdict is not Verdict.CHOSEN:
        return words.against(judgement.verdict, judgement.detail)
    waiting = explanation.waiting
    if waiting is not None and waiting.position is not None and waiting.position > 1:
        return "nothing but the callers ahead"
    return "nothing: is asked now"


def _by_words(found: Iterable[tuple[AgentId, str]]) -> Groups:
    """Agents of whom the same is to be said, together."""
    groups: dict[str, list[AgentId]] = {}
    for agent_id, text in found:
        groups.setdefault(text, []).append(agent_id)
    return [(ids, text) for text, ids in groups.items()]


def _facts() -> Table:
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True, min_width=11)
    facts.add_column()
    return facts


def _grouped(groups: Groups) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(max_width=26)
    table.add_column()
    for ids, text in groups:
        table.add_row(Text(words.agents(ids)), Text(text))
    return table


def _states(groups: Groups) -> Table:
    """A state may have many agents, so it comes first."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column()
    for ids, state in groups:
        table.add_row(Text(state), Text(words.agents(ids)))
    return table


def _indented(content: RenderableType) -> Padding:
    return Padding(content, (0, 0, 0, 2))

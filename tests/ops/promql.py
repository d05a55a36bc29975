"""Which metrics and labels a query asks for: of PromQL's grammar enough to tell names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<span>\[[^\]]*\])
    | (?P<number>\d+(?:\.\d+)?(?:ms|[smhdwy])?)
    | (?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)
    | (?P<sign>=~|!~|!=|==|>=|<=|[-+*/%^<>=(){},])
    )""",
    re.VERBOSE,
)
AGGREGATIONS = {"sum", "max", "min", "count", "avg", "topk", "bottomk"}
FUNCTIONS = {
    *("rate", "increase", "histogram_quantile", "vector", "clamp_max", "absent", "changes"),
    *("label_values", "on"),
}
OPERATORS = {"and", "or", "unless", "offset", "bool"}
LISTS = {"by", "without", "on", "ignoring", "group_left", "group_right"}


class PromqlError(ValueError):
    """The text is no query, or one that is not understood here."""


@dataclass(frozen=True, slots=True)
class Selector:
    """A metric, and the labels by which its series are chosen."""

    metric: str
    labels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Grouping:
    """An aggregation by labels, and what it is made of."""

    labels: frozenset[str]
    selectors: tuple[Selector, ...]


def tokens(query: str) -> list[str]:
    """The words of a query; spans such as ``[5m]`` are left out."""
    found, place = [], 0
    query = query.strip()
    while place < len(query):
        match = _TOKEN.match(query, place)
        if match is None:
            raise PromqlError(f"not understood: {query[place:]}")
        place = match.end()
        if match["span"] is None:
            found.append(match.group().strip())
    return found


def selectors(query: str) -> list[Selector]:
    """Every metric asked for, in order."""
    return list(_selectors(tokens(query)))


def groupings(query: str) -> Iterator[Grouping]:
    """Every ``sum by (...) (...)`` and its kin, those within others too."""
    words = tokens(query)
    for place, word in enumerate(words):
        if word in AGGREGATIONS and words[place + 1] == "by":
            end = _closing(words, place + 2)
            labels = frozenset(words[place + 3 : end]) - {","}
            body = words[end + 1 : _closing(words, end + 1)]
            yield Grouping(labels, tuple(_selectors(body)))


def _selectors(words: list[str]) -> Iterator[Selector]:
    place = 0
    while place < len(words):
        word, after = words[place], words[place + 1 : place + 2]
        if word in LISTS:
            place = _closing(words, place + 1) + 1
            continue
        if word[0] == '"' or not re.match(r"[a-zA-Z_:]", word) or word in OPERATORS:
            place += 1
            continue
        if word in AGGREGATIONS or after == ["("]:
            if word not in AGGREGATIONS | FUNCTIONS:
                raise PromqlError(f"no function of ours: {word}")
            place += 1
            continue
        labels: list[str] = []
        if after == ["{"]:
            end = words.index("}", place)
            labels = [
                each
                for each, sign in zip(words[place + 2 : end], words[place + 3 : end], strict=False)
                if sign in {"=", "!=", "=~", "!~"}
            ]
            place = end
        place += 1
        yield Selector(word, frozenset(labels))


def _closing(words: list[str], opening: int) -> int:
    depth = 0
    for place in range(opening, len(words)):
        depth += {"(": 1, ")": -1}.get(words[place], 0)
        if depth == 0:
            return place
    raise PromqlError("a bracket is not closed")

"""The commands of callcore and of make in what a page shows of a shell."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import product

_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_SIGNS = frozenset("|&;<>()")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\](\.\.\.)?")
_CHOICE = re.compile(r"[\w-]+(\|[\w-]+)+")
_STREAM = re.compile(r"(?<=\s)[0-9](?=[<>])")


def shown(text: str) -> Iterator[str]:
    """The commands of a block, continued lines put together.

    Where lines begin with ``$`` the others are answers.
    """
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    typed = [line.strip()[2:] for line in lines if line.strip().startswith("$ ")]
    yield from typed or lines


def commands(line: str) -> Iterator[list[str]]:
    """The words of each simple command in a line, without what it is called by and redirections.

    A line as of a manual, with ``[--option]`` and ``one|other``, is each way to write it.
    """
    for way in _ways(line):
        lexer = shlex.shlex(_STREAM.sub("", way), posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        try:
            tokens = list(lexer)
        except ValueError:
            continue  # of no shell: an answer, or a text
        yield from filter(None, (_called(one) for one in _simple(tokens)))


def _ways(line: str) -> Iterator[str]:
    if not re.match(r"callcore ", line):
        yield line
        return
    parts: list[tuple[str, ...]] = []
    position = 0
    for found in _OPTIONAL.finditer(line):
        parts += [(line[position : found.start()],), tuple(found[1].split(" | "))]
        position = found.end()
    parts.append((line[position:],))
    for way in product(*parts):
        words = [
            tuple(word.split("|")) if _CHOICE.fullmatch(word) else (word,)
            for word in "".join(way).split(" ")
        ]
        yield from (" ".join(chosen) for chosen in product(*words))


def _simple(tokens: list[str]) -> Iterator[list[str]]:
    words: list[str] = []
    is_file = False
    for token in tokens:
        if set(token) <= _SIGNS:
            is_file = bool(set(token) & set("<>"))
            if not is_file:
                yield words
                words = []
        elif is_file:
            is_file = False
        else:
            words.append(token)
    yield words


def _called(words: list[str]) -> list[str]:
    """The command from ``callcore`` or ``make`` on, or nothing if it is another."""
    left = list(words)
    while left and (_ASSIGNMENT.match(left[0]) or left[0] in ("exec", "sudo")):
        left.pop(0)
    if left[:1] == ["-u"]:
        left = left[2:]
    if left[:2] == ["docker", "exec"]:
        left = left[3:]
    if left[:1] == ["make"] or (left and left[0].split("/")[-1] == "callcore"):
        return left
    return []


def typed(text: str) -> Iterator[tuple[str, str]]:
    """Each line of a block as it is typed, and what is shown below it.

    Continued lines are one. Lines of a manual, with ``[--option]`` and ``one|other``, are each way
    to write them, without what may be left out and with it.
    """
    lines = re.sub(r" *\\\n\s*", " ", text).splitlines()
    is_told = any(line.startswith("$ ") for line in lines)
    line, answer = "", list[str]()
    for one in lines:
        if is_told and not one.startswith("$ "):
            answer.append(one)
            continue
        if line:
            yield line, "\n".join(answer)
        line, answer = one.removeprefix("$ ").strip(), []
        if not is_told and line.startswith("callcore "):
            bare = " ".join(_OPTIONAL.sub("", line).split())
            *others, line = dict.fromkeys(way for one in (bare, line) for way in _ways(one))
            yield from ((other, "") for other in others)
    if line:
        yield line, "\n".join(answer)


def is_of_a_shell(text: str) -> bool:
    """True of a block without a language that shows a terminal, or commands as a manual does."""
    lines = text.splitlines()
    return lines[0].startswith("$ ") or all(line.startswith("callcore ") for line in lines)


def is_whole_command(span: str) -> bool:
    """True of a command in the text that can be typed as it stands."""
    return bool(re.match(r"(callcore|curl|journalctl|systemctl|fs_cli|docker) ", span)) and not (
        re.search(r"\.\.\.|[\w-]\|[\w-]", re.sub(r"'[^']*'", "", span))
    )

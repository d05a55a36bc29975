"""What no shell of the tests runs has a reason, and the test that is named for it has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs import pages, shapes, shell, test_files_shown, untyped
from tests.docs.terminal import NOT_FOUND, Terminal, confined
from tests.docs.untyped import Untyped

TABLES: dict[str, dict[str, Untyped]] = {
    "commands": {" ".join(words): one for words, one in untyped.COMMANDS.items()},
    "programs": untyped.PROGRAMS,
    "make": untyped.MAKE,
    "answers": shapes.ELSEWHERE,
}
COVERED = {
    f"{table}: {name}": one.covered
    for table, kinds in TABLES.items()
    for name, one in kinds.items()
    if one.covered
}
COVERED |= {f"block: {name}": test for name, test in test_files_shown.CHECKED_AS.items() if test}
COVERED |= {f"json: {name}": test for name, test in test_files_shown.KINDS.items()}
COVERED |= {
    f"{page}: {one.why}": one.covered
    for page, kinds in test_files_shown.OTHERS.items()
    for one in kinds
    if one.covered
}


@pytest.mark.parametrize("name", COVERED)
def test_the_test_that_is_named_is_there(name: str) -> None:
    """With the word by which it can be found."""
    file, _, word = COVERED[name].partition(": ")
    assert word in (pages.ROOT / file).read_text(encoding="utf-8")


def shown() -> list[str]:
    """Every line and span of the pages."""
    blocks = [line for one in pages.all_blocks("", "sh") for line in shell.shown(one.text)]
    return blocks + [span for page in pages.PAGES for span in pages.code_spans(page)]


def test_no_table_has_what_no_page_shows() -> None:
    """Whoever takes a command off the pages takes it off the table."""
    text = "\n".join(shown())
    assert [
        name for name in (*untyped.PROGRAMS, *untyped.BY_PATH, *untyped.TOOLS) if name not in text
    ] == []
    for table in ("commands", "answers"):
        assert [name for name in TABLES[table] if any(w not in text for w in name.split())] == []


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """One whose commands of callcore end with 3."""
    (tmp_path / "path").mkdir()
    return Terminal(
        lambda _directory, _environ, words: (3, " ".join(words), "told"),
        path=tmp_path / "path",
        functions=untyped.functions("/dev/null"),
    )


def test_the_shell_says_what_went_wrong(terminal: Terminal, tmp_path: Path) -> None:
    """A program that is in no table is not found; a command's status and outputs are its own, also
    within a pipe; what does nothing ends well.
    """
    lines = [
        "reboot now",
        "callcore queue 'a b'",
        "callcore queue | (read -r x || :)",
        "systemctl stop",
    ]
    unknown, failed, piped, done = terminal.typed(lines, tmp_path, tmp_path, {})
    terminal.close()
    assert unknown.status == NOT_FOUND
    assert "not found" in unknown.stderr
    assert (failed.status, failed.stdout, failed.stderr) == (3, "queue a b", "told")
    assert piped.status == 3
    assert done.status == 0


@pytest.mark.parametrize(
    "line", ["cat /root/x", "mv ~/x y", "cp ../x .", "rm -r x", "cat <(ls /home)", 'cat "/srv/x"']
)
def test_no_line_leaves_the_site(line: str, tmp_path: Path) -> None:
    """The machine of whoever runs the tests is not the one of the pages."""
    with pytest.raises(AssertionError, match="a place that no shell"):
        confined(line, tmp_path)


@pytest.mark.parametrize(
    ("shown_below", "answered"),
    [
        ('{"end":"promised"}', '{"end":"promised","position":1}'),
        ('"sales"', ""),
        ("queue  state  waiting\nx  open  1", "queue  waiting\nx  1"),
        ("sales is closed until 15:30", "sales is closed"),
        ("sales is closed until 15:30", ""),
        ("Call #\n  waits   in x\n\n1  now\n  free  1", "Call #\n  waits   in x"),
    ],
)
def test_another_shape_would_be_told(shown_below: str, answered: str) -> None:
    """A member more, nothing at all, a column less, other words, a label less."""
    assert shapes.fault("callcore x", shown_below, answered) is not None


def test_the_same_shape_is_taken() -> None:
    """Ids, numbers, instants and names are of the day, and a table may have more columns."""
    for shown_below, answered in (
        ("sales is closed by ann until 15:30", "sales is closed by root until Fri 20 Nov 09:00"),
        ("queue  state  waiting", "queue  state  not due  waiting"),
        ('{"by":"ann"}', '{"by": "root"}'),
    ):
        assert shapes.fault("callcore x", shown_below, answered) is None

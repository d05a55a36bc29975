"""Asterisk's configuration files: comments, templates, includes, and lines that are none."""

from __future__ import annotations

import pytest

from callcore.importing.asterisk import conf, words
from callcore.importing.asterisk.comments import without_comments
from callcore.importing.files import Files
from callcore.importing.notes import Notes


@pytest.fixture
def read(tmp_path):
    """The sections of a text, each with its settings as pairs, and the notes."""

    def invoke(text: str, **files: str):
        for name, content in files.items():
            (tmp_path / f"{name}.conf").write_text(content)
        path = tmp_path / "queues.conf"
        path.write_text(text)
        notes = Notes()
        sections = [
            (section.name, [(one.parameter, one.value) for one in section.settings])
            for section in conf.read(path, Files(), notes)
        ]
        return sections, [str(note).replace(f"{tmp_path}/", "") for note in notes]

    return invoke


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a ; b", ["a"]),
        (r"a \; b ; c", ["a ; b"]),
        (";-- a\nb\n--; c", ["c"]),
        ("a ;-- b --; c", ["a  c"]),
        (";-- a ;-- b --; c --; d", ["d"]),
        (";--- a\nb", ["b"]),
        ("; a --; b\nc", ["c"]),
        ("\n \t\n", []),
    ],
)
def test_comments_are_left_out_as_asterisk_does(text, lines):
    """To the end of the line, or from ;-- to --; over any number of them, within each other too."""
    assert [line for _, line in without_comments(text, "f")] == lines


def test_sections_inherit_from_templates_and_are_added_to(read):
    """What is inherited comes first; templates are no queues."""
    sections, notes = read(
        "[base](!)\nretry = 1\n[other](!,base)\ntimeout=>9\n"
        "[support](other)\nretry = 2\n[sales](base,support)\n[support](+)\nmember => SIP/1\n"
    )
    assert sections == [
        ("support", [("retry", "1"), ("timeout", "9"), ("retry", "2"), ("member", "SIP/1")]),
        ("sales", [("retry", "1"), ("retry", "1"), ("timeout", "9"), ("retry", "2")]),
    ]
    assert notes == []


def test_values_are_read_as_asterisk_does(read):
    """With = or =>, += adds to the last of the name, and a value may hold another =."""
    sections, notes = read(
        "\N{ZERO WIDTH NO-BREAK SPACE}[a]\r\nx=1\r\ny => 2 = 3\nx += 4\nz += 5\n\\w = 6\n= 7\nno\n"
    )
    assert sections == [("a", [("x", "14"), ("y", "2 = 3"), ("z", "5"), ("w", "6")])]
    assert notes == [
        "queues.conf:7: queue a: = 7: not carried: Asterisk skips a line without '='",
        "queues.conf:8: queue a: no: not carried: Asterisk skips a line without '='",
    ]


def test_included_files_stand_where_they_are_named(read):
    """By name or pattern, beside the first file; #exec is never run."""
    sections, notes = read(
        '[a]\n#include "one.conf"\n#include <t*.conf>\n#tryinclude none.conf\n'
        "#exec /bin/touch touched\n#sing\n#include\n",
        one="x = 1\n",
        two="[b]\ny = 2\n",
    )
    assert sections == [("a", [("x", "1")]), ("b", [("y", "2")])]
    assert notes == [
        "queues.conf:5: directive: #exec = /bin/touch touched: not carried: not run; instead: put "
        "its output into the file",
        "queues.conf:6: directive: #sing = (nothing): not carried: unknown to Asterisk",
        "queues.conf:7: directive: #include = (nothing): not carried: names no file",
    ]


def test_lines_of_included_files_are_their_own(app_queue):
    """In comments and in what is told."""
    made = app_queue("[a]\n#include more.conf\n", more__conf="\ntimeout = 7\ncontext = x\n")
    assert "ring_timeout_seconds: 7                 # more.conf:2 timeout" in made.yaml
    assert any(line.startswith("more.conf:3: queue a: context = x: not") for line in made.told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = 1", "queues.conf:1: a setting before the first section: write [queue-name] above it"),
        ("\n[a", "queues.conf:2: this section's name has no closing ']': write [name]"),
        ("[a](b", "queues.conf:1: the '(' has no closing ')': write [name](template)"),
        ("[a](b)", "queues.conf:1: no section [b] before this line to take over from"),
        ("[a](+)", "queues.conf:1: no section [a] before this line to take over from"),
        ("[a](+x=y)", "queues.conf:1: the filter '+x=y' is not understood: write [a](+)"),
        ("[a]\n;-- open", "queues.conf:2: this comment is not closed: write --; where it ends"),
        (";--" * 200, "queues.conf:1: comments within comments, more than 128 deep"),
        ("[a]\n#include b.conf", "queues.conf:2: no file 'b.conf' to include in '.': put it there"),
        ("[a]\n#include queues.conf", "queues.conf:2: includes go deeper than 10 files"),
        ("[general]\nautofill = yes", "queues.conf: no queue in it: every section but [general]"),
        ("[a](!)\nretry = 1", "queues.conf: no queue in it"),
        (b"[a]\nmember => SIP/1,0,Zo\xeb\n", "queues.conf:2: not UTF-8: byte 0xeb; save it as"),
        (
            "[t](!)\n" + "x=1\n" * 1000 + "[a](t)\n" * 1000,
            "more than 200000 settings",
        ),
    ],
)
def test_a_file_that_cannot_be_imported_ends_with_one_line(app_queue, text, told):
    """The line has the place, what is wrong and what would help; nothing is written."""
    made = app_queue(text)
    assert (made.status, made.yaml, len(made.told)) == (2, "", 1)
    assert told in made.told[0]
    assert made.told[0].endswith("; nothing is written")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b, c ", ["a", "b", "c"]),
        ('a,"b,c",d', ["a", "b,c", "d"]),
        (r"a\,b,c", ["a,b", "c"]),
        ("f(a,b),[c,d]", ["f(a,b)", "[c,d]"]),
        ("a)b,c", ["a)b", "c"]),
        ("", [""]),
    ],
)
def test_arguments_are_parted_as_asterisk_does(text, expected):
    """Commas in quotes, in brackets or escaped part nothing."""
    assert words.arguments(text) == expected

"""FreeSWITCH's XML with variables and includes, and XML that means harm."""

from __future__ import annotations

import os
import time

import pytest

from callcore.domain.ids import AgentId, QueueName

SUPPORT = QueueName("support")


def configuration(body: str) -> str:
    return f'<configuration name="callcenter.conf">{body}</configuration>'


def queue(param: str = "") -> str:
    return configuration(f'<queues><queue name="support">{param}</queue></queues>')


def test_other_files_are_included_where_they_are_named(mod_callcenter, tmp_path):
    """Relative to the file, in the order of names, with lines of their own."""
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "b.xml").write_text(
        '<?xml version="1.0"?>\n<include>\n<agent name="b" type="callback" contact="user/b"/>\n'
        '<agent name="c" type="callback" contact="user/c" odd="1"/>\n</include>'
    )
    (tmp_path / "agents" / "a.xml").write_text(
        '<agent name="a" type="callback" contact="user/a"/>\n'
        '<agent name="$${who}" type="callback" contact="user/d"/>'
    )
    made = mod_callcenter(
        '<X-PRE-PROCESS cmd="set" data="who = d"/>\n'
        + configuration(
            '<queues><queue name="support"/></queues>\n'
            '<agents><X-PRE-PROCESS cmd="include" data="agents/*.xml"/></agents>\n<tiers/>'
        )
    )
    assert list(made.settings.policy.agents) == ["a", "d", "b", "c"]
    assert "contact: user/c                         # b.xml:4 contact" in made.yaml
    assert "agents/b.xml:4: agent c: odd = 1: not carried: unknown to mod_callcenter" in "\n".join(
        made.told
    )


def test_variables_are_those_set_so_far(mod_callcenter):
    """Of the file of --vars and of the file itself; --domain holds against both."""
    made = mod_callcenter(
        '<X-PRE-PROCESS cmd="set" data="music=local_stream://$${name}"/>\n'
        '<X-PRE-PROCESS cmd="set" data="domain=elsewhere"/>'
        + configuration(
            '<queues><queue name="support@$${domain}"><param name="moh-sound" value="$${music}"/>'
            '</queue></queues><agents><agent name="x" type="callback" contact="user/x@$${domain}"/>'
            "</agents>"
        ),
        *("--vars", "vars.xml", "--domain", "here"),
        vars__xml='<include><!-- x --><X-PRE-PROCESS cmd="set" data="name=calm"/></include>',
    )
    site = made.settings.policy
    assert site.queues[SUPPORT].music == "local_stream://calm"
    assert site.agents[AgentId("x")].contact == "user/x@here"


def test_unknown_variables_are_named(mod_callcenter):
    """Those of a running switch too, down to the one that is missing."""
    made = mod_callcenter(
        queue('<param name="moh-sound" value="$${music}"/>'),
        *("--vars", "vars.xml"),
        vars__xml='<X-PRE-PROCESS cmd="set" data="music=/a/$${sounds_dir}/b"/>'
        '<X-PRE-PROCESS cmd="exec-set" data="sounds_dir=touch touched"/>',
    )
    assert made.of("moh-sound") == [
        "/a/$${sounds_dir}/b: not carried: $${sounds_dir} is not known here: local_stream://moh is "
        "played; instead: give a file that sets it with --vars"
    ]
    assert not (made.directory / "touched").exists()


def test_directives_in_comments_are_followed_as_freeswitch_does(mod_callcenter):
    """Its preprocessor goes by lines and knows no comments, which surprises everybody once."""
    made = mod_callcenter(
        '<!-- <X-PRE-PROCESS cmd="set" data="m=local_stream://x"/> -->\n'
        '<!--#include "other.xml"-->\n' + queue('<param name="moh-sound" value="$${m}"/>')
    )
    assert made.settings.policy.queues[SUPPORT].music == "local_stream://x"
    told = "\n".join(made.told)
    assert "xml:1: the preprocessor: set = m=local_stream://x: assumed: followed although" in told
    assert "xml:2: the preprocessor: comment = #include" in told


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('<X-PRE-PROCESS cmd="exec" data="touch touched"/>', "exec = touch touched: not carried"),
        ('<X-PRE-PROCESS cmd="include" data="none/*.xml"/>', "include = none/*.xml: not carried"),
        (
            '<X-PRE-PROCESS cmd="include" data="$${conf_dir}/a.xml"/>',
            "include = $${conf_dir}/a.xml: not carried: $${conf_dir} is not known here",
        ),
    ],
)
def test_directives_that_are_not_followed_are_told(mod_callcenter, body, told):
    """Nothing is run."""
    made = mod_callcenter(body + queue())
    assert made.status == 0
    assert any(told in line for line in made.told)
    assert not (made.directory / "touched").exists()


LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>\n'
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (LAUGHS + queue("&c;"), "xml:1: a document type (<!DOCTYPE>) is not read"),
        (
            '\n<!DOCTYPE x SYSTEM "file:///etc/passwd">' + queue(),
            "xml:2: a document type (<!DOCTYPE>) is not read",
        ),
        (queue("&x;"), "xml:1: not XML: undefined entity"),
        ('<?xml version="1.0"\n encoding="x"?>\n<a', "xml:3: not XML: "),
        ("<configuration>\n<queues>\n</agents>", "xml:3: not XML: mismatched tag"),
        ("<a b='1' b='2'/>", "xml:1: not XML: duplicate attribute"),
        (b"<a b='\xff'/>", "xml:1: not UTF-8: byte 0xff; save it as UTF-8"),
        (b"<a\n b='\x00'/>", "xml:2: not XML: not well-formed"),
        ("<queues/>", 'xml: no <configuration name="callcenter.conf"> in it'),
        ('<configuration name="sofia.conf"/>', 'xml: no <configuration name="callcenter.conf">'),
        (configuration("<queues/>"), "xml: no <queue> in its <queues>"),
        ("", 'xml: no <configuration name="callcenter.conf"> in it'),
        ("<a>" * 60 + "</a>" * 60, "xml:1: nested deeper than 50 elements"),
        ("<a/>" * 100_001, "xml:1: more than 100000 elements"),
        ("x" * 1_000_001, "xml: more than 1000000 bytes"),
        ('<X-PRE-PROCESS cmd="include" data="callcenter.conf.xml"/>', "includes go deeper than"),
    ],
)
def test_a_file_that_cannot_be_imported_ends_with_one_line(mod_callcenter, text, told):
    """The line has the place, what is wrong and what would help; nothing is written."""
    made = mod_callcenter(text)
    assert (made.status, made.yaml, len(made.told)) == (2, "", 1)
    assert told in made.told[0]
    assert made.told[0].endswith("; nothing is written")


def test_variables_that_double_do_not_grow_without_end(mod_callcenter):
    """The laughs of the preprocessor, which needs no document type for them."""
    doubling = "".join(
        f'<X-PRE-PROCESS cmd="set" data="v{step + 1}=$${{v{step}}}$${{v{step}}}"/>\n'
        for step in range(60)
    )
    started = time.monotonic()
    made = mod_callcenter('<X-PRE-PROCESS cmd="set" data="v0=ha"/>\n' + doubling + queue())
    assert made.status == 2
    assert "more than 10000 characters" in made.told[0]
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("name", ["pipe", "directory", "missing.xml"])
def test_what_is_no_file_is_not_read(command, tmp_path, name):
    """Nothing hangs on a pipe."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "directory").mkdir()
    made = command("mod_callcenter", name)
    assert made.status == 2
    assert len([line for line in made.told if line.startswith(("Error", name))]) == 1


def test_text_of_the_file_commands_no_terminal(mod_callcenter):
    """Nor does it leave its comment in the YAML."""
    made = mod_callcenter(
        configuration(
            '<queues><queue name="a&#10;evil: true&#x202e;"><param name="x&#10;y" value="&#133;"/>'
            "</queue></queues>"
        )
    )
    assert list(made.settings.policy.queues) == ["a-evil-true"]
    assert all(line.isprintable() for line in (*made.told, *made.yaml.splitlines()))

"""Whatever is in a settings file: it is loaded or told of, in bounded time and memory."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from callcore import settings
from callcore.adapters.freeswitch import hostile
from callcore.domain import sounds
from callcore.settings import document
from callcore.settings.faults import Place
from callcore.settings.scalars import DialledNumber, Prompt, Sound
from callcore.settings.switch_words import Contact, DialplanWord, SwitchDirectory, VoicemailBox


def test_aliases_of_aliases_are_bounded(faults):
    """A file of nine short lines cannot take all memory."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    [line] = faults("\n".join(lines))
    assert line.endswith(f"more than {document.LARGEST_VALUE_COUNT} values")


def test_file_has_a_size_limit(faults):
    """A file that is no settings file is not even parsed."""
    [line] = faults("#" * (document.LARGEST_FILE_BYTES + 1))
    assert line == "callcore.yaml:1:1: the file is larger than 4000000 bytes"


WORDS = ["queues", "agents", "nodes", "numbers", "menus", "hours", "week", "choices", "overflow"]
WORDS += [
    "caller_lists",
    "skills",
    "ageing",
    "curve",
    "redis",
    "url",
    "name",
    "support",
    "null",
    "1",
]
SIGNS = [
    *": {}[],-\n\"'&*!|>%#?~\\@`a\t",
    ": ",
    "\n  ",
    "\n  - ",
    "<<",
    "&a ",
    "*a",
    "---\n",
    "!!x ",
]
YAMLISH = st.lists(st.sampled_from(WORDS + SIGNS), max_size=60).map("".join)


@given(st.one_of(st.text(), YAMLISH, st.binary().map(lambda text: text.decode("latin-1"))))
@example('queues: {"\\ud800": {"\\ud801": 1}}')
@example("%YAML 9999999999999999999.1\n--- a")
@example("queues: {support: {wrap_up_seconds: ٣}}")
def test_no_text_does_anything_but_load_or_tell(tmp_path_factory, text):
    """Whatever is in the file, the outcome is settings or faults that can be printed."""
    path = tmp_path_factory.getbasetemp() / "arbitrary.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    faults = faults_of(path)
    assert len("\n".join(map(str, faults)).splitlines()) == len(faults)
    for fault in faults:
        str(fault).encode()
        assert fault.place >= Place(1, 1)


def faults_of(path):
    try:
        settings.load(path, {})
    except settings.SettingsError as error:
        return error.faults
    return ()


@pytest.mark.parametrize(
    ("kind", "send"),
    [
        (Contact, hostile.contact),
        (Sound, hostile.sound),
        (SwitchDirectory, hostile.recording),
        (DialplanWord, hostile.dialplan_word),
        (DialledNumber, hostile.dialplan_word),
        (Prompt, lambda prompt: hostile.sound(f"/sounds/en/{prompt}.wav")),
        (VoicemailBox, lambda box: hostile.kept_variables({"callcore_voicemail_box": box})),
    ],
)
@given(data=st.data())
def test_nothing_is_accepted_that_the_switch_would_not_be_sent(kind, send, data):
    """A setting that becomes part of a command never fails only when a call needs it."""
    [pattern] = [
        cell.cell_contents.pattern
        for check in kind.__metadata__
        for cell in check.func.__closure__ or ()
        if hasattr(cell.cell_contents, "pattern")
    ] or [sounds._SOUND.pattern]
    text = data.draw(st.from_regex(pattern, fullmatch=True))
    adapter: TypeAdapter[str] = TypeAdapter(kind)
    try:
        accepted = adapter.validate_python(text)
    except ValueError:
        return
    assert send(accepted)

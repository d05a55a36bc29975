"""Whatever is in a settings file, it is read or refused with places: no crash, no hang."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from callcore import settings
from callcore.settings.faults import Fault
from tests.fuzz.effort import hard

EXAMPLE = (Path(__file__).parents[2] / "callcore.example.yaml").read_text()
LINES = EXAMPLE.splitlines()
KEYS = sorted({line.split(":")[0].strip("# -") for line in LINES if ":" in line})

ODD_VALUES = st.sampled_from(
    [
        "yes", "no", "~", "0x10", "010", "1:30", "1e999", "-1", "0", "99999999999999999999", ".inf",
        "nan", "2026-02-30", "[]", "{}", "[[[[]]]]", "*a", "&a [*a]", "!!python/object:os.system x",
        "!!binary aGk=", "'", '"', '"\\UFFFFFFFF"', "|", ">", "? x", "- - -", "\t", "\u2028",
        "\ufeff", "${x}", "%0A", "../../etc/passwd", "/dev/zero", "/dev/stdin", "é" * 50,
        "A" * 5000,
        "{a: b, a: c}", "<<: *x",
    ]
)  # fmt: skip

TREES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | ODD_VALUES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "callcore.yaml"


def judged(path: Path, content: bytes) -> None:
    """Read, or refused with at least one fault, each with a place in the file."""
    path.write_bytes(content)
    faults: Sequence[Fault] = ()
    told: list[str] = []
    version = ""
    try:
        version = settings.load(path, {}).version
    except settings.SettingsError as error:
        faults, told = error.faults, str(error).splitlines()
    assert bool(faults) is not bool(version)
    assert len(told) == len(faults)
    last = len(content.decode("utf-8", "replace").splitlines()) + 1
    for fault in faults:
        assert 1 <= fault.place.line <= last
        assert fault.place.column >= 1


@given(
    st.binary(max_size=300)
    | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))
)
@hard
def test_any_bytes(path: Path, content: bytes) -> None:
    """No file makes the loader fail otherwise than with faults."""
    judged(path, content)


@given(TREES)
@hard
def test_any_tree_of_known_and_unknown_keys(path: Path, tree: Any) -> None:
    """Known keys in the wrong places, with the wrong kinds of values."""
    try:
        content = yaml.dump(tree, allow_unicode=True).encode()
    except UnicodeEncodeError:
        return
    judged(path, content)


@given(st.data())
@hard
def test_the_example_with_mistakes(path: Path, data: st.DataObject) -> None:
    """A few lines of the example lost, doubled, moved, indented, or with another value."""
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.integers(0, 6)):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[data.draw(st.integers(0, len(lines) - 1))])
            case 2:
                lines[at] = "  " + lines[at]
            case 3:
                lines[at] = lines[at].lstrip("# ")
            case 4:
                lines[at] = lines[at].split(":")[0] + ": " + data.draw(ODD_VALUES)
            case 5:
                lines[at] = lines[at].split(":")[0] + ": " + data.draw(st.text(max_size=12))
            case _:
                lines[at] += data.draw(ODD_VALUES)
    judged(path, "\n".join(lines).encode("utf-8", "replace"))


def test_aliases_that_stand_for_billions_of_values_are_refused(path: Path) -> None:
    """The count is of what they would be written out, and known before anybody writes them out."""
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    path.write_text("\n".join(rows))
    with pytest.raises(settings.SettingsError, match="values"):
        settings.load(path, {})

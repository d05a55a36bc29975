"""The properties of the event socket under atheris, which follows what code each input reaches.

``python -m tests.fuzz.guided -max_total_time=600``, where atheris is installed; its options are
those of libFuzzer. An input that breaks a property is written to a file, which is given as argument
to see it again.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["callcore"]):
    from callcore.settings import document
    from callcore.settings.faults import Path, Place
    from tests.fuzz import test_event_socket

PROPERTIES = (
    test_event_socket.test_an_event_is_what_the_switch_says_and_nothing_else,
    test_event_socket.test_a_damaged_stream_ends_or_goes_on_and_forges_nothing,
    test_event_socket.test_any_body_is_an_event_or_refused,
)


def _any_document(data: bytes) -> None:
    """A settings file is parsed or refused with places."""
    faults: list[Place] = []

    def report(_: Path, place: Place, __: str) -> None:
        faults.append(place)

    if document.parse(data, report) is None:
        assert faults
    assert all(place.line >= 1 and place.column >= 1 for place in faults)


def one_input(data: bytes) -> None:
    """The first byte chooses the property, the rest what it is tried on."""
    which = data[0] % (len(PROPERTIES) + 1) if data else 0
    if which == len(PROPERTIES):
        _any_document(data[1:])
    else:
        PROPERTIES[which].hypothesis.fuzz_one_input(data[1:])  # type: ignore[attr-defined]  # by ``given``


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()

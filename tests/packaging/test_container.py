"""The container file fits what it is made of, and what runs in it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from callcore.bootstrap import supervisor
from callcore.cli.operating import SERVICE_SETTINGS
from callcore.cli.running import run

REPOSITORY = Path(__file__).parents[2]
TEXT = (REPOSITORY / "ops/container/Containerfile").read_text().replace("\\\n", " ")
STEPS = [line.split(None, 1) for line in TEXT.splitlines() if line and not line.startswith("#")]
LAST_STAGE = STEPS[max(place for place, step in enumerate(STEPS) if step[0] == "FROM") :]


def last(word: str) -> str:
    (found,) = (rest for name, rest in LAST_STAGE if name == word)
    return found


def test_what_is_copied_is_there_and_let_in() -> None:
    """An ignored file would end the build, and so would one that was moved."""
    let_in = (REPOSITORY / ".dockerignore").read_text().splitlines()
    for name, rest in STEPS:
        if name == "COPY" and not rest.startswith("--from"):
            for place in rest.split()[:-1]:
                assert (REPOSITORY / place).exists(), place
                assert f"!{place}" in let_in, place


def test_nothing_private_gets_in() -> None:
    """What is not named is left out, whatever lies in a checkout."""
    lines = (REPOSITORY / ".dockerignore").read_text().splitlines()
    assert next(line for line in lines if not line.startswith("#")) == "*"


def test_it_runs_as_nobody_special_without_a_shell() -> None:
    """By lists of words, which no shell reads."""
    assert re.fullmatch(r"[1-9][0-9]*:[1-9][0-9]*", last("USER"))
    entry, words = json.loads(last("ENTRYPOINT")), json.loads(last("CMD"))
    check = json.loads(re.sub(r"^.*?CMD ", "", last("HEALTHCHECK")))
    assert entry == ["/opt/callcore/bin/callcore"]
    assert check[0].startswith("/opt/callcore/bin/")
    assert words[0] == "run"
    assert words[words.index("--config") + 1] == str(SERVICE_SETTINGS)
    known = {option for one in run.params for option in (*one.opts, *one.secondary_opts)}
    assert {word for word in words if word.startswith("--")} <= known


def test_it_is_stopped_by_what_drains_it_and_in_time() -> None:
    """The time is whoever's who stops it: the usage says one that is long enough."""
    assert last("STOPSIGNAL") == "SIGTERM"
    usage = re.search(
        r"--stop-timeout ([0-9]+)", (REPOSITORY / "ops/container/Containerfile").read_text()
    )
    assert usage is not None
    assert int(usage[1]) > supervisor.LAST_STOP_SECONDS
    assert last("VOLUME") == "/var/lib/callcore"

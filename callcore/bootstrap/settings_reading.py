"""Settings read by a child process: a large file takes seconds, in which no call is to wait.

A thread would not do: pure Python holds the interpreter's lock, and garbage collections of what a
file becomes stop everybody for a second and more.
"""

from __future__ import annotations

import io
import itertools
import os
import pickle
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import gevent

from callcore.domain.ids import AgentId
from callcore.domain.policies import AgentPolicy
from callcore.settings import Fault, Settings, SettingsError, load

DEADLINE_SECONDS = 50.0
NICENESS = 10
"""Calls come first where there is one processor only."""
AGENTS_AT_ONCE = 100
"""What is taken over between two turns of the event loop: a few milliseconds."""


class ReadingError(Exception):
    """The child process did not come to an end of it."""


def serve(path: Path, environ: Mapping[str, str], out: BinaryIO) -> None:
    """Is the child process: writes the settings, or their faults, for ``read``."""
    with suppress(PermissionError):  # a filter of system calls may forbid even this
        os.nice(NICENESS)
    try:
        settings = load(path, environ)
    except SettingsError as error:
        pickle.dump(list(error.faults), out)
        return
    agents = settings.policy.agents
    pickle.dump(replace(settings, policy=replace(settings.policy, agents={})), out)
    left = iter(agents.items())
    while some := dict(itertools.islice(left, AGENTS_AT_ONCE)):
        pickle.dump(some, out)


def read(path: Path) -> Settings:
    """The settings of a file, while others run. Raises ``SettingsError`` and ``ReadingError``."""
    content = io.BytesIO(_answer_of_child(path))
    found: Settings | list[Fault] = pickle.load(content)  # noqa: S301 - our own child wrote it
    if isinstance(found, list):
        raise SettingsError(found)
    agents: dict[AgentId, AgentPolicy] = {}
    while content.tell() < len(content.getbuffer()):
        agents |= pickle.load(content)  # noqa: S301 - as above
        gevent.sleep(0)
    return replace(found, policy=replace(found.policy, agents=agents))


def _answer_of_child(path: Path) -> bytes:
    command = (sys.executable, "-m", "callcore", "read-settings", "--config", str(path))
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        answer, complaint = child.communicate(timeout=DEADLINE_SECONDS)
    except subprocess.TimeoutExpired as error:
        message = f"{path} was not read within {DEADLINE_SECONDS:g} s"
        raise ReadingError(message) from error
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
    if child.returncode != 0:
        last = complaint.decode(errors="replace").strip().rpartition("\n")[2]
        raise ReadingError(f"{path} could not be read (status {child.returncode}): {last}")
    return answer

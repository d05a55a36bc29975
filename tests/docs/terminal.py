"""A shell in which the lines of a page are typed: bash, with little on its path.

``callcore`` there is a function that has this process run the command, which costs no new process.
What is no part of callcore, and changes a machine, is a function that does nothing. Whatever is
neither, bash does not find.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import gevent
from gevent.server import StreamServer
from gevent.socket import socket

PATIENCE_SECONDS = 50
NOT_FOUND = 127
_BASH = shutil.which("bash") or "bash"

_ROOTS = ("etc", "var", "opt", "usr", "tmp")
_ABSOLUTE = re.compile(rf"(?<![\w./$}}~-])/(?={'|'.join(_ROOTS)}\b)")
_ELSEWHERE = re.compile(r"(?<![\w./$}<:])/(?!dev/null\b)\w|(?<!\w)~/|\.\./|(?:^|[;&|(])\s*rm\b")

_PRELUDE = """
set -o pipefail
ulimit -c 0
callcore() {
  local fd told out err
  exec {fd}<>"/dev/tcp/127.0.0.1/$TERMINAL"
  printf '%s\\0' "$PWD" "${CALLCORE_NODE_FS1_PASSWORD-}" "$#" "$@" >&"$fd"
  IFS= read -r -d '' -u "$fd" told
  IFS= read -r -d '' -u "$fd" out
  IFS= read -r -d '' -u "$fd" err
  exec {fd}>&-
  printf '%s' "$out"
  printf '%s' "$err" >&2
  return "$told"
}
grep() { command grep "$@"; (( $? < 2 )); }
"""
"""What ``grep`` looks for in a log need not be there."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one line."""

    line: str
    status: int
    stdout: str
    stderr: str


Run = Callable[[Path, Mapping[str, str], Sequence[str]], tuple[int, str, str]]
"""Runs a command of callcore: directory, environment, words; status and both outputs."""


class Terminal:
    """Shells, one after the other."""

    def __init__(self, run: Run, *, path: Path, functions: str) -> None:
        self._run = run
        self._path = path
        self._functions = functions
        self._server = StreamServer(("127.0.0.1", 0), self._answer)
        self._server.start()

    def close(self) -> None:
        """Ends the answering."""
        self._server.stop()

    def typed(
        self, lines: Sequence[str], root: Path, directory: Path, environ: Mapping[str, str]
    ) -> list[Result]:
        """Types the lines into one shell; ``root`` is where it has ``/etc`` and the like."""
        told = root / "told"
        told.mkdir()
        script = [_PRELUDE, self._functions]
        for number, line in enumerate(lines):
            script.append(
                f"{{\n{confined(line, root)}\n}} >{told}/{number}.out 2>{told}/{number}.err"
            )
            script.append(f"echo $? >{told}/{number}.status")
        file = root / "script"
        file.write_text("\n".join(script))
        subprocess.run(
            [_BASH, "--noprofile", "--norc", str(file)],
            stdin=subprocess.DEVNULL,
            cwd=directory,
            env={
                "PATH": str(self._path),
                "HOME": str(root),
                "TERMINAL": str(self._server.server_port),
                "LC_ALL": "C.UTF-8",
                **environ,
            },
            check=False,
            timeout=PATIENCE_SECONDS,
        )
        return [_result(told, number, line) for number, line in enumerate(lines)]

    def _answer(self, connection: socket, _: object) -> None:
        with gevent.Timeout(PATIENCE_SECONDS):
            parts = self._words(connection)
        directory, password, _count, *words = parts
        environ = {"CALLCORE_NODE_FS1_PASSWORD": password} if password else {}
        try:
            status, out, err = self._run(Path(directory), environ, words)
        except BaseException as error:  # noqa: BLE001 - the shell has to be told, or it waits for ever
            status, out, err = NOT_FOUND, "", f"{type(error).__name__}: {error}\n"
        connection.sendall(f"{status}\0{out}\0{err}\0".encode())
        connection.close()

    @staticmethod
    def _words(connection: socket) -> list[str]:
        received = b""
        while True:
            parts = received.split(b"\0")[:-1]
            if len(parts) > 2 and len(parts) == 3 + int(parts[2]):
                return [part.decode() for part in parts]
            received += connection.recv(65536)


def confined(line: str, root: Path) -> str:
    """The line with ``/etc`` and the like below ``root``.

    Raises ``AssertionError`` if it speaks of other places: those of this machine are not touched.
    """
    within = _ABSOLUTE.sub(lambda _: "\x00/", line)
    spoken = re.sub(r"\s#.*|https?://\S*", "", within.replace("\x00/", ""))
    found = _ELSEWHERE.search(spoken)
    assert found is None, f"a place that no shell of the tests goes to: {line}"
    return within.replace("\x00", str(root))


def _result(told: Path, number: int, line: str) -> Result:
    def text(kind: str) -> str:
        file = told / f"{number}.{kind}"
        return file.read_text() if file.exists() else ""

    status = text("status")
    return Result(line, int(status) if status else -1, text("out"), text("err"))

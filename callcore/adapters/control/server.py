"""The daemon's end: listens for operators on the control socket."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from callcore.adapters.control import pages, place
from callcore.ports.operations import Operations
from callcore.runtime import wsgi

CONNECTIONS_LIMIT = 20
IDLE_SECONDS = 10.0
STOP_SECONDS = 1.0


class ControlServer:
    """Takes the commands of the user callcore runs as, and of root."""

    def __init__(self, path: Path, operations: Operations, *, note: pages.Note) -> None:
        """Prepares without listening. ``note`` writes an event, its values and an exception to the
        log.
        """
        self._path = path
        self._note = note
        self._application = pages.application(operations, note)
        self._server: wsgi.Server | None = None
        self._file: tuple[int, int] | None = None

    def start(self) -> None:
        """Listens. Raises ``place.ControlSocketError``."""
        listener = place.listen(self._path)
        self._file = self._found()
        self._server = wsgi.Server(
            listener,
            self._application,
            complain=self._complain,
            idle_seconds=IDLE_SECONDS,
            connections_limit=CONNECTIONS_LIMIT,
        )
        self._server.start()

    def stop(self) -> None:
        """Stops listening, lets running answers end and removes the socket; harmless when not
        started.
        """
        if self._server is None:
            return
        self._server.stop(timeout=STOP_SECONDS)
        self._server = None
        if self._file == self._found():  # and not that of a callcore started since
            with suppress(OSError):
                self._path.unlink()

    def _found(self) -> tuple[int, int] | None:
        """Which file is at the path."""
        try:
            status = self._path.lstat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def _complain(self, text: str) -> None:
        self._note("control_request_refused", {"text": text}, None)

"""What ``callcore quickstart`` writes, and says of it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from callcore.cli import new_files
from callcore.cli.new_files import NewFile
from callcore.cli.operating import SERVICE_SETTINGS
from callcore.settings import first_settings
from callcore.settings.first_settings import FirstSettings

PRIVATE = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The files, before any of them is written."""

    first: FirstSettings
    passwords: Mapping[str, str] = field(repr=False)
    """By their variables."""
    output: Path
    has_our_dialplan: bool
    """Of the switch; then it needs no lines for the number."""

    @property
    def environment(self) -> Path:
        """Where the passwords go."""
        return self.output.with_name(f"{self.output.stem}.env")

    @property
    def dialplan(self) -> Path:
        """Where the switch's lines go."""
        return self.output.with_name(f"{self.output.stem}_dialplan.xml")

    def fault(self) -> str | None:
        """What a running callcore would not take of it."""
        found = first_settings.fault(self.first, self.passwords)
        return None if found is None else str(found)

    def in_the_way(self) -> list[Path]:
        """Files that would be overwritten."""
        return new_files.in_the_way(self._files())

    def write(self) -> None:
        """Writes all, in place of what is there. Raises ``OSError``, and has written nothing."""
        new_files.write_all(self._files(), may_replace=self.in_the_way())

    def told(self) -> Iterator[str]:
        """What was done, and what comes next."""
        first = self.first
        yield f"wrote {self.output}: settings, in order"
        if self.passwords:
            yield f"wrote {self.environment}: passwords, for nobody but you to read"
        if self._needs_dialplan:
            yield f"wrote {self.dialplan}: how callers of {first.number} come to callcore"
            yield "\nCopy it to the switch as dialplan/public/05_callcore.xml; fs_cli -x reloadxml"
            yield "What else a switch needs: docs/freeswitch.md, `callcore unpack freeswitch DIR`."
        elif first.host is not None:
            yield f"\nThe switch has callcore's dialplan: callers of {first.number} come as it is."
        yield (
            f"A caller of {first.number} waits in {first.queue}, and the phone of {first.agent} "
            f"({first.domain}) rings."
        )
        words = f"--config {shlex.quote(str(self.output))}"
        start = (
            "systemctl enable --now callcore" if self._is_of_service else f"callcore run {words}"
        )
        yield f"\nnext:  callcore check-config {words}\n       {start}"

    @property
    def _is_of_service(self) -> bool:
        return self.output.absolute() == SERVICE_SETTINGS

    @property
    def _needs_dialplan(self) -> bool:
        return self.first.host is not None and not self.has_our_dialplan

    def _files(self) -> list[NewFile]:
        text = self.first.text(self.environment.name)
        files = [NewFile(path=self.output, content=text.encode())]
        if self.passwords:
            content = first_settings.environment(self.passwords).encode()
            files.append(NewFile(path=self.environment, content=content, mode=PRIVATE))
        if self._needs_dialplan:
            content = first_settings.dialplan(self.first).encode()
            files.append(NewFile(path=self.dialplan, content=content))
        return files

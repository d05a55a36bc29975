"""``callcore unpack``: the files that callcore brings along for other programs."""

from __future__ import annotations

import sys
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

import click

from callcore.cli import new_files
from callcore.cli.new_files import NewFile
from callcore.cli.statuses import FAILED, fail

PARTS = {
    "freeswitch": "FreeSWITCH's configuration, for /etc/freeswitch (docs/freeswitch.md)",
    "dialplans": "the numbers that lead to callcore, for /etc/freeswitch/dialplan",
    "systemd": "the services, for /etc/systemd/system, with the path of this callcore",
    "prometheus": "alerts, and how callcore is scraped, for /etc/prometheus (docs/operating.md)",
    "grafana": "dashboards, and how Grafana finds them (docs/operating.md)",
    "example": "callcore.example.yaml, which shows every setting",
}
"""What is there, and where it belongs."""

_FOLDERS = {"example": "callcore.example.yaml"}
"""Where a part has another name among what is shipped."""

_UNITS_PROGRAM = b"/opt/callcore/bin/callcore"
"""As the units name callcore."""


@click.command(
    short_help="Writes files for FreeSWITCH, systemd, monitoring and you.",
    epilog="\b\nPARTs:\n" + "\n".join(f"  {part:<11} {told}" for part, told in PARTS.items()),
)
@click.argument("part", type=click.Choice(tuple(PARTS)))
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
def unpack(part: str, directory: Path) -> None:
    """Writes a PART of what callcore brings along into DIRECTORY.

    What is there already with the same content is left; if anything else is in the way, nothing is
    written.
    """
    files = [
        NewFile(path=directory / path, content=_fitted(part, content))
        for path, content in of_part(part)
    ]
    taken = new_files.in_the_way(files)
    if taken:
        fail(
            "\n".join(f"{path} is there, and is not the same" for path in taken)
            + f"\nnothing is written: move {'it' if len(taken) == 1 else 'them'} away, or unpack "
            "into an empty directory and compare",
            FAILED,
        )
    try:
        new_files.write_all(files)
    except OSError as error:
        fail(f"{error.filename or directory}: {error.strerror}; nothing is written", FAILED)
    click.echo(f"{directory}: {len(files)} {'file' if len(files) == 1 else 'files'} of {part}")


def of_part(part: str) -> list[tuple[PurePosixPath, bytes]]:
    """Each file of a part: its path, from where the part is to be put, and what it holds."""
    root = resources.files("callcore") / "shipped" / _FOLDERS.get(part, part)
    if root.is_file():
        return [(PurePosixPath(root.name), root.read_bytes())]
    return list(_below(root, PurePosixPath()))


def _below(folder: Traversable, path: PurePosixPath) -> list[tuple[PurePosixPath, bytes]]:
    found: list[tuple[PurePosixPath, bytes]] = []
    for one in sorted(folder.iterdir(), key=lambda each: each.name):
        if one.is_dir():
            found += _below(one, path / one.name)
        else:
            found.append((path / one.name, one.read_bytes()))
    return found


def _fitted(part: str, content: bytes) -> bytes:
    """The services start the callcore that wrote them."""
    if part != "systemd":
        return content
    return content.replace(_UNITS_PROGRAM, str(Path(sys.prefix) / "bin" / "callcore").encode())

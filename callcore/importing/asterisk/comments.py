"""Lines of Asterisk's files without their comments.

``;`` begins one, unless it is escaped; ``;--`` begins one that goes on until ``--;``, over any
number of lines, and may hold others (``config_text_file_load`` in ``main/config.c``).
"""

from __future__ import annotations

from collections.abc import Iterator

from callcore.importing.places import NotImportableError

_DEEPEST = 128


def without_comments(text: str, file: str) -> Iterator[tuple[int, str]]:
    """The lines that say something, stripped, with their numbers. Raises ``NotImportableError``."""
    depth, opened = 0, 0
    for number, line in enumerate(text.split("\n"), start=1):
        kept, index = "", 0
        while index < len(line):
            char = line[index]
            if char == "\\" and line[index + 1 : index + 2] == ";":
                kept += ";" if depth == 0 else ""
                index += 2
            elif line.startswith(";--", index) and line[index + 3 : index + 4] != "-":
                opened = opened if depth else number
                depth += 1
                index += 3
            elif depth and line.startswith("--;", index):
                depth -= 1
                index += 3
            elif char == ";" and depth == 0:
                break
            else:
                kept += char if depth == 0 else ""
                index += 1
        if depth > _DEEPEST:
            raise NotImportableError(
                f"comments within comments, more than {_DEEPEST} deep", f"{file}:{number}"
            )
        if kept.strip():
            yield number, kept.strip()
    if depth:
        raise NotImportableError(
            "this comment is not closed: write --; where it ends", f"{file}:{opened}"
        )

"""Groups of commands, below ``callcore`` itself."""

from __future__ import annotations

import click

_WHOLE = 1000
"""No first sentence is longer, in characters: none is cut off."""


class Group(click.Group):
    """Tells of each of its commands in a whole sentence, on as many lines as that takes."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, one.get_short_help_str(_WHOLE)) for name, one in commands if one]
            )

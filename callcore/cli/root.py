"""``callcore``: a group of commands of which only the one that is called is imported."""

from __future__ import annotations

import importlib

import click
from click.shell_completion import CompletionItem

from callcore import __version__
from callcore.cli.commands import COMMANDS, Listed
from callcore.cli.uncollected import uncollected


class Commands(click.Group):
    """Those of the table, told of in its words."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's interface
        """In alphabetical order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """The command; ``None`` if there is none of that name."""
        listed = COMMANDS.get(cmd_name)
        return None if listed is None else _imported(listed)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, which would only suggest commands it has imported."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            raise click.NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """The list of commands, for which none is imported."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, one.help) for name, one in sorted(COMMANDS.items()) if not one.is_hidden]
            )

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The names that begin so, for which none is imported."""
        names = [
            CompletionItem(name, help=one.help)
            for name, one in sorted(COMMANDS.items())
            if name.startswith(incomplete) and not one.is_hidden
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)


def _imported(listed: Listed) -> click.Command:
    module, _, attribute = listed.home.partition(":")
    with uncollected():
        home = importlib.import_module(f"callcore.cli.{module}")
    command: click.Command = getattr(home, attribute)
    return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def callcore() -> None:
    """Runs call centres on FreeSWITCH."""

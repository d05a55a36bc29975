"""The entry of the ``callcore`` command.

For commands that need it gevent patches the standard library before anything else is imported:
psycopg, for one, keeps its uncooperative wait function for ever if it is imported first. The others
spare themselves gevent, and are there sooner.
"""

import sys

from callcore.cli import commands


def main() -> None:
    """Runs the command line."""
    if commands.is_cooperative(sys.argv[1:]):
        from gevent import monkey  # noqa: PLC0415 - only where it is needed

        monkey.patch_all()
    from callcore.cli.root import callcore  # noqa: PLC0415 - after patch_all()

    callcore(prog_name="callcore")


if __name__ == "__main__":
    main()

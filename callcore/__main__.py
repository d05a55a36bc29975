"""The entry of the ``callcore`` command.

gevent patches the standard library before anything else is imported: psycopg, for one, keeps its
uncooperative wait function for ever if it is imported first.
"""

from gevent import monkey

monkey.patch_all()

from callcore.cli import callcore


def main() -> None:
    """Runs the command line."""
    callcore(prog_name="callcore")


if __name__ == "__main__":
    main()

"""Starts the bundled Valkey and Postgres where no URL is configured.

A demonstration, a test run and a small site then need nothing but the Python packages. Each
server is a child process that ends with callcore, listens on a Unix socket only, and keeps its
data in a directory that one callcore at a time may use.
"""

from callcore.embedded.faults import EmbeddedServerError
from callcore.embedded.postgres import running_url, start_postgres
from callcore.embedded.server import RunningServer
from callcore.embedded.valkey import start_valkey

__all__ = ["EmbeddedServerError", "RunningServer", "running_url", "start_postgres", "start_valkey"]

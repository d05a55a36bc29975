"""The floor on real servers."""

from tests.adapters.redisdb.floors import floor, raw, server_url

__all__ = ["floor", "raw", "server_url"]

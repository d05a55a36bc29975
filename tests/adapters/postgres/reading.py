"""What stands in the tables, past the adapter."""

from __future__ import annotations

import psycopg

from callcore.adapters.postgres import rows


def rows_of(url, query, *arguments):
    with psycopg.connect(url) as connection:
        return connection.execute(query, arguments).fetchall()


def counts(url):
    return {
        table.name: rows_of(url, f"select count(*) from callcore.{table.name}")[0][0]
        for table in rows.TABLES
    }

"""The history in Postgres: connections with deadlines, the schema, and what is written and read."""

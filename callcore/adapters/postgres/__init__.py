"""The history in Postgres: connections with deadlines, the schema, and writing call records."""

"""The log: one JSON object a line, without secrets and with phone numbers shortened."""

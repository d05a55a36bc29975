"""Requests to other systems over HTTP, in which no other side can hold or flood the process."""

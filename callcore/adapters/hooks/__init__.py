"""Notices to other systems over HTTP."""

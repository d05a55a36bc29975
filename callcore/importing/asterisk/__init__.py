"""Asterisk's files: what they mean there."""

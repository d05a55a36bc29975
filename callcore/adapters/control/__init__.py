"""Operators' commands over a unix socket: the daemon's end and the command line's.

What goes over it is HTTP with JSON, so that ``curl --unix-socket`` does too.
"""

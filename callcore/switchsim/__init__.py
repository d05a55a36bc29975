"""A simulated FreeSWITCH with callers and agents, speaking the real event socket protocol.

What it does was taken from recordings of a running FreeSWITCH 1.11 and from its source; the
conformance tests replay the recordings against it.
"""

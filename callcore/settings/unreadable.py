"""Why a file cannot be read, and what to do where that is not plain."""

from __future__ import annotations


def why(error: OSError | ValueError) -> str:
    """In words for whoever named the file."""
    if isinstance(error, PermissionError):
        return f"{error.strerror}: be the user callcore runs as, or root"
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error)

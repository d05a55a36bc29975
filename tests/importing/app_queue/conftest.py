"""A queue of app_queue to import."""

from __future__ import annotations

import pytest

MEMBER = "member => PJSIP/100\n"


@pytest.fixture
def queue(app_queue):
    """Imports a queue of these lines, with a member."""

    def invoke(lines: str, *options: str, members: str = MEMBER, **files: str):
        return app_queue(f"[support]\n{lines}\n{members}", *options, **files)

    return invoke

"""The parts of the file."""

from __future__ import annotations

from typing import Any

from callcore.settings.locating import USUAL_DATA_DIRECTORY
from callcore.settings.scalars import Name, Text, WorkerCount
from callcore.settings.section import Section


class TopSection(Section):
    """The file; its parts are read one by one, so that a fault in one hides none in another."""

    site: Name = "main"
    data_directory: Text = USUAL_DATA_DIRECTORY
    workers: WorkerCount = 1
    nodes: Any = None
    redis: Any = None
    postgres: Any = None
    http: Any = None
    retention: Any = None
    log: Any = None
    records: Any = None
    sounds: Any = None
    recordings: Any = None
    fallback: Any = None
    dialplan: Any = None
    hours: Any = None
    caller_lists: Any = None
    prompts: Any = None
    menus: Any = None
    lookups: Any = None
    hooks: Any = None
    surveys: Any = None
    numbers: Any = None
    queues: Any
    agent_defaults: Any = None
    agents: Any = None
    breaks: Any = None
    feature_codes: Any = None
    pins: Any = None
    overload: Any = None

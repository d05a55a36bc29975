"""Commands that ask no switch need no password of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcore.cli.spared_secrets import settings_of
from callcore.settings import SettingsError, load

SETTINGS = """
nodes: [{name: fs1, host: 127.0.0.1}]
postgres: {url: "postgresql://callcore@db1/callcore"}
numbers: {"8001": {queue: support}}
queues: {support: {}}
lookups: {crm: {url: "https://crm.example.com/"}}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "callcore.yaml"
    file.write_text(SETTINGS)
    return file


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"CALLCORE_NODE_FS1_PASSWORD_FILE": "/of/somebody/else"},
        {"CALLCORE_NODE_FS1_PASSWORD": "", "CALLCORE_LOOKUP_CRM_TOKEN": "żółw"},
        {"CALLCORE_API_TOKEN": "short", "CALLCORE_API_TOKEN_FILE": "/of/somebody/else"},
    ],
)
def test_none_of_theirs_is_read(config: Path, environ: dict[str, str]) -> None:
    """Whether there is none, a wrong one, or one in a file that this user may not read."""
    with pytest.raises(SettingsError):
        load(config, environ)
    assert settings_of(config, environ).policy.site


def test_others_are(config: Path) -> None:
    """Of what is asked: here of Postgres."""
    settings = settings_of(config, {"CALLCORE_POSTGRES_PASSWORD": "known"})
    assert settings.postgres_password == "known"

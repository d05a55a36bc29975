"""``callcore unpack``: what an installed callcore brings along for other programs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PLACES = {
    "freeswitch": "freeswitch",
    "dialplans": "dialplans",
    "prometheus": "ops/prometheus",
    "grafana": "ops/grafana",
}


def below(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("part", PLACES)
def test_what_is_for_other_programs_is_that_of_the_source(bare_run, tmp_path, part):
    """Every one of them, byte by byte."""
    result = bare_run("unpack", part, "here/and/there")
    assert result.exit_code == 0, result.output
    found = below(tmp_path / "here/and/there")
    assert found == below(REPOSITORY / PLACES[part])
    assert len(found) >= 2
    assert f"{len(found)} files of {part}" in result.stdout


def test_services_start_the_callcore_that_wrote_them(bare_run, tmp_path):
    """Wherever it is installed; nothing else of them changes."""
    assert bare_run("unpack", "systemd", "units").exit_code == 0
    for name, content in below(tmp_path / "units").items():
        assert f"ExecStart={sys.prefix}/bin/callcore run".encode() in content
        unchanged = content.replace(f"{sys.prefix}/bin".encode(), b"/opt/callcore/bin")
        assert unchanged == (REPOSITORY / "ops/systemd" / name).read_bytes()


def test_the_example_is_in_order(bare_run, monkeypatch):
    """As whoever unpacks it finds out first."""
    assert bare_run("unpack", "example", ".").exit_code == 0
    for name in ("NODE_FS1_PASSWORD", "LOOKUP_CRM_TOKEN", "HOOK_SMS_TOKEN"):
        monkeypatch.setenv(f"CALLCORE_{name}", "x" * 16)
    result = bare_run("check-config", "--config", "callcore.example.yaml")
    assert result.exit_code == 0, result.stderr


def test_what_is_there_is_never_overwritten(bare_run, tmp_path):
    """Nothing is written beside it either; the same again is no matter."""
    changed = tmp_path / "sip_profiles" / "external.xml"
    changed.parent.mkdir()
    changed.write_text("mine")
    before = below(tmp_path)
    result = bare_run("unpack", "freeswitch", str(tmp_path))
    assert result.exit_code == 1
    assert f"{changed} is there, and is not the same" in result.stderr
    assert below(tmp_path) == before
    changed.unlink()
    assert bare_run("unpack", "freeswitch", ".").exit_code == 0
    assert bare_run("unpack", "freeswitch", ".").exit_code == 0

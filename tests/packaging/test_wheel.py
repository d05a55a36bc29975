"""What is installed from a wheel has everything that callcore needs away from its source."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from callcore import __version__
from tests.system.daemon import Daemon

pytestmark = pytest.mark.timeout(120)

REPOSITORY = Path(__file__).parents[2]
SHIPPED = {
    "freeswitch": "freeswitch",
    "dialplans": "dialplans",
    "ops/systemd": "systemd",
    "ops/prometheus": "prometheus",
    "ops/grafana": "grafana",
    "callcore.example.yaml": "callcore.example.yaml",
}
"""What the guides tell operators to copy, and its name in the package."""


def files_below(place: Path) -> list[Path]:
    return [place] if place.is_file() else [path for path in place.rglob("*") if path.is_file()]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing is left in the source, and nothing of an earlier build
    gets in.
    """
    source = tmp_path_factory.mktemp("source")
    for name in ("callcore", "freeswitch", "dialplans", "ops"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPOSITORY / name, source / name, symlinks=True, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE", "callcore.example.yaml"):
        shutil.copy(REPOSITORY / name, source)
    built = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"),
            *("--no-build-isolation", "--wheel-dir", str(built), str(source)),
        ],
        check=True,
    )
    (found,) = built.glob("callcore-*.whl")
    return found


@pytest.fixture(scope="session")
def callcore(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a throw-away environment, which borrows the libraries of this one and sees
    nothing of the source.
    """
    place = tmp_path_factory.mktemp("venv")
    venv.create(place, with_pip=False)
    paths = {name: str(place / folder) for name, folder in (("scripts", "bin"), ("data", "."))}
    site = Path(sysconfig.get_path("purelib", vars={"base": str(place)}))
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", f"--python={place}/bin/python", "install", "--quiet"),
            *("--no-deps", "--no-index", "--no-compile", str(wheel)),
        ],
        check=True,
    )
    # By a path and not by its .pth files, one of which leads to the source.
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    where = [str(place / "bin" / "python"), "-c", "import callcore; print(callcore.__file__)"]
    assert subprocess.check_output(where, cwd=place, text=True).startswith(str(site))
    return Path(paths["scripts"]) / "callcore"


def ran(callcore: Path, *words: str, at: Path) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    for name in ("NODE_FS1_PASSWORD", "LOOKUP_CRM_TOKEN", "HOOK_SMS_TOKEN"):
        environ[f"CALLCORE_{name}"] = "x" * 16
    return subprocess.run(
        [callcore, *words], cwd=at, env=environ, capture_output=True, text=True, check=False
    )


def test_every_file_that_is_no_module_is_in_it(wheel: Path) -> None:
    """Scripts of Redis, migrations, catalogues, and what operators copy; with the same content."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        for place, name in SHIPPED.items():
            for path in files_below(REPOSITORY / place):
                inside = Path("callcore/shipped", name, path.relative_to(REPOSITORY / place))
                assert archive.read(str(inside)) == path.read_bytes()
    package = REPOSITORY / "callcore"
    own = [
        path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]
    assert {str(path.relative_to(REPOSITORY)) for path in own} <= names
    assert not {name for name in names if name.startswith("tests/")}


def test_it_runs_from_any_directory(callcore: Path, tmp_path: Path) -> None:
    """From the wheel's files and no others; what the guides tell to do first works."""
    version = ran(callcore, "--version", at=tmp_path)
    assert version.stdout.strip() == f"callcore, version {__version__}", version.stderr
    result = ran(callcore, "unpack", "systemd", ".", at=tmp_path)
    assert result.returncode == 0, result.stderr
    assert f"ExecStart={callcore} run" in (tmp_path / "callcore.service").read_text()
    assert ran(callcore, "unpack", "example", ".", at=tmp_path).returncode == 0
    result = ran(callcore, "check-config", "--config", "callcore.example.yaml", at=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "in order" in result.stdout


def test_the_demonstration_runs(
    callcore: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its own Valkey, Postgres and switch: callers are served, and it ends when told to."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", str(callcore.with_name("python")))
    daemon = Daemon(tmp_path, "--data-directory", str(tmp_path / "data"), "--http-port", "0")
    try:
        daemon.wait_line("legs_bridged")
        assert daemon.stop() == 0
    finally:
        daemon.end()

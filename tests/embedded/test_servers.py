"""The embedded servers keep their data, end with us, and say clearly why they do not start."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from callcore.embedded import EmbeddedServerError, binaries, identity, start_postgres, start_valkey

ROOT = Path(__file__).parents[2]
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


@pytest.fixture
def home() -> Iterator[Path]:
    """A directory that others may pass through, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="callcore-tests-") as name:
        path = Path(name)
        path.chmod(0o711)
        yield path


def remember(valkey: str, postgres: str, value: str) -> None:
    with redis.Redis.from_url(valkey) as client:
        client.set("remembered", value)
    with psycopg.connect(postgres) as connection:
        connection.execute("create table if not exists remembered (value text)")
        connection.execute("insert into remembered values (%s)", (value,))


def remembered(valkey: str, postgres: str) -> tuple[str, str]:
    with redis.Redis.from_url(valkey, decode_responses=True) as client:
        in_valkey = str(client.get("remembered"))
    with psycopg.connect(postgres) as connection:
        row = connection.execute("select value from remembered").fetchone()
    return in_valkey, row[0] if row else ""


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def start_daemon(directory: Path, then: str) -> subprocess.Popen[str]:
    """A process with both servers; it prints their pids and URLs, then does what is asked."""
    program = f"""
    from gevent import monkey
    monkey.patch_all()
    import signal, sys, time
    from pathlib import Path
    from callcore.embedded import start_postgres, start_valkey
    interrupts = []
    signal.signal(signal.SIGINT, lambda *_: interrupts.append(1))
    with start_valkey(Path(sys.argv[1])) as valkey, start_postgres(Path(sys.argv[1])) as postgres:
        print(valkey.pid, postgres.pid, valkey.url, postgres.url, flush=True)
        {then}
    """
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), str(directory)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def first_line(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    return process.stdout.readline().split()


def test_a_stop_keeps_the_data_and_leaves_nothing_running(home):
    """What was written before a clean stop is there after the next start; no socket stays."""
    with start_valkey(home) as valkey, start_postgres(home) as postgres:
        remember(valkey.url, postgres.url, "Zażółć")
        sockets = Path(valkey.url.removeprefix("unix://").partition("?")[0]).parent
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert is_gone(valkey.pid)
    assert is_gone(postgres.pid)
    assert not sockets.exists()
    with start_valkey(home) as valkey, start_postgres(home) as postgres:
        assert remembered(valkey.url, postgres.url) == ("Zażółć", "Zażółć")


def test_servers_killed_are_started_again_at_the_same_address(home):
    """A server lost to kill -9 comes back with its data where its clients look for it."""
    with start_valkey(home) as valkey, start_postgres(home) as postgres:
        remember(valkey.url, postgres.url, "kept")
        before = valkey.url, postgres.url
        for server in (valkey, postgres):
            pid = server.pid
            os.kill(pid, signal.SIGKILL)
            assert server.wait() != 0
            assert not server.is_running()
            server.restart()
            assert server.is_running()
            assert server.pid != pid
        assert (valkey.url, postgres.url) == before
        assert remembered(*before) == ("kept", "kept")


def test_restart_leaves_a_running_server_alone(home):
    """Asking twice for a restart does not start a second server."""
    with start_valkey(home) as valkey:
        pid = valkey.pid
        valkey.restart()
        assert valkey.pid == pid


def test_stop_may_be_called_again(home):
    """The second stop of a stopped server is nothing."""
    valkey = start_valkey(home)
    valkey.stop()
    valkey.stop()
    assert not valkey.is_running()


@pytest.mark.parametrize("with_servers", [False, True], ids=["daemon", "daemon-and-servers"])
def test_kill_of_the_daemon_ends_the_servers_and_loses_nothing(home, with_servers):
    """After kill -9 of the daemon (and of its servers) the next start has all that was written."""
    process = start_daemon(home, "time.sleep(60)")
    valkey_pid, postgres_pid, *urls = first_line(process)
    remember(urls[0], urls[1], "kept")
    process.kill()
    pids = int(valkey_pid), int(postgres_pid)
    if with_servers:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
    with start_valkey(home) as valkey, start_postgres(home) as postgres:
        assert remembered(valkey.url, postgres.url) == ("kept", "kept")
        assert all(map(is_gone, pids))
        assert not Path(urls[0].removeprefix("unix://").partition("?")[0]).parent.exists()
    process.communicate()


def test_interrupt_from_the_terminal_reaches_the_daemon_alone(home):
    """Ctrl-C, sent to the whole process group, leaves the servers for the daemon's last words."""
    process = start_daemon(
        home,
        "while not interrupts: time.sleep(0.01)\n"
        "        time.sleep(0.3)\n"
        "        print(valkey.is_running(), postgres.is_running(), flush=True)",
    )
    first_line(process)
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert output.split() == ["True", "True"]
    assert process.returncode == 0


def test_second_start_in_the_directory_is_refused(home):
    """Two callcores never share a directory, and the second is told who has it."""
    with start_valkey(home), start_postgres(home):
        with pytest.raises(EmbeddedServerError) as valkey:
            start_valkey(home)
        with pytest.raises(EmbeddedServerError) as postgres:
            start_postgres(home)
    pid = os.getpid()
    assert str(valkey.value) == f"another callcore uses {home / 'valkey'}, pid {pid}"
    assert str(postgres.value) == f"another callcore uses {home / 'postgres'}, pid {pid}"


def test_deep_directory_works(home):
    """A data directory whose path is longer than a socket's may be is no obstacle."""
    deep = home.joinpath(*["a-rather-long-name"] * 8)
    with start_valkey(deep) as valkey, start_postgres(deep) as postgres:
        remember(valkey.url, postgres.url, "deep")
        assert remembered(valkey.url, postgres.url) == ("deep", "deep")


def test_half_made_data_is_made_anew(home):
    """A first start that was interrupted does not spoil the second."""
    unfinished = home / "postgres" / "data.unfinished"
    (unfinished / "base").mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("1")
    with start_postgres(home) as postgres, psycopg.connect(postgres.url) as connection:
        assert connection.info.dbname == "callcore"
    assert not unfinished.exists()


def test_failed_first_start_names_the_log_and_leaves_no_data(home, monkeypatch):
    """initdb's own words are quoted, and a later start succeeds."""
    programs = home / "programs"
    programs.mkdir()
    (programs / "postgres").symlink_to(binaries.postgres_directory() / "postgres")
    (programs / "initdb").write_text("#!/bin/sh\necho no space left; exit 3\n")
    (programs / "initdb").chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setenv("CALLCORE_POSTGRES_BIN", str(programs))
        with pytest.raises(EmbeddedServerError) as caught:
            start_postgres(home)
    log = home / "postgres" / "postgres.log"
    assert str(caught.value) == (
        f"initdb failed with exit status 3; its log is {log}, which ends:\n    no space left"
    )
    assert not (home / "postgres" / "data").exists()
    start_postgres(home).stop()


def test_process_id_of_a_stranger_in_the_pid_file_is_no_obstacle(home):
    """After a restart of the machine the old server's id may be anybody's."""
    start_postgres(home).stop()
    (home / "postgres" / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n/nowhere\n")
    with start_postgres(home) as postgres, psycopg.connect(postgres.url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_data_of_another_version_is_not_touched(home):
    """Data that another PostgreSQL made is refused with the way out."""
    data = home / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(
        EmbeddedServerError, match=r"was made by PostgreSQL 9, and .* is PostgreSQL"
    ):
        start_postgres(home)
    assert (data / "PG_VERSION").read_text() == "9\n"


def test_server_that_ends_at_once_is_told_with_its_log(home, monkeypatch):
    """A program that is no server gives an error that names status and log."""
    monkeypatch.setenv("CALLCORE_VALKEY_SERVER", "/bin/false")
    with pytest.raises(EmbeddedServerError) as caught:
        start_valkey(home)
    log = home / "valkey" / "valkey.log"
    assert str(caught.value) == f"Valkey ended with status 1 at its start; its log is {log}"


@pytest.mark.parametrize(
    ("variable", "start"),
    [("CALLCORE_VALKEY_SERVER", start_valkey), ("CALLCORE_POSTGRES_BIN", start_postgres)],
)
def test_program_that_is_not_there_is_told_by_its_variable(home, monkeypatch, variable, start):
    """The environment's choice is never replaced silently."""
    monkeypatch.setenv(variable, "/nowhere")
    with pytest.raises(EmbeddedServerError, match=rf"^{variable}: /nowhere.* is not a program"):
        start(home)


def test_directory_that_cannot_be_used_is_told(home):
    """A file in the directory's place is an error with its path, not a traceback."""
    (home / "valkey").write_text("")
    with pytest.raises(EmbeddedServerError, match=rf"^cannot use {home}/valkey: File exists"):
        start_valkey(home)


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@needs_root
def test_root_without_namespaces_uses_an_account(home, monkeypatch):
    """Where user namespaces are off, Postgres runs as an account that is there anyway."""
    account = account_without_namespaces(monkeypatch)
    refuse_if_out_of_reach(account)
    with start_postgres(home) as postgres:
        assert Path(f"/proc/{postgres.pid}").stat().st_uid == account
        with psycopg.connect(postgres.url) as connection:
            connection.execute("create table remembered (value text)")
    with start_postgres(home) as postgres, psycopg.connect(postgres.url) as connection:
        assert connection.execute("select count(*) from remembered").fetchone() == (0,)


@needs_root
def test_root_without_namespaces_is_told_what_the_account_cannot_reach(home, monkeypatch):
    """A directory below one that only root may enter is named, with the ways out."""
    account_without_namespaces(monkeypatch)
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(EmbeddedServerError, match=rf"cannot get at {closed}/postgres: put it"):
        start_postgres(closed)


def account_without_namespaces(monkeypatch) -> int:
    monkeypatch.setattr(identity, "_succeeds", lambda _identity: False)
    account = identity.unprivileged().account
    if account is None:
        pytest.skip("there is no account postgres or nobody")
    return account.pw_uid


def refuse_if_out_of_reach(user_id: int) -> None:
    program = binaries.postgres_directory() / "postgres"
    command = ["setpriv", f"--reuid={user_id}", "--clear-groups", str(program), "--version"]
    if subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip(f"user id {user_id} cannot run {program}")


def test_ordinary_user_runs_both(home):
    """Nothing here needs to be root: both servers start, serve and stop for an ordinary user."""
    if os.geteuid() != 0:
        pytest.skip("every test here already runs as an ordinary user")
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "CALLCORE_VALKEY_SERVER": str(binaries.valkey_server()),
        "CALLCORE_POSTGRES_BIN": str(binaries.postgres_directory()),
    }
    program = (
        "import os, sys; from pathlib import Path; "
        "from callcore.embedded import start_postgres, start_valkey; home = Path(sys.argv[1]); "
        "v = start_valkey(home); p = start_postgres(home); "
        "print(os.stat(f'/proc/{v.pid}').st_uid, os.stat(f'/proc/{p.pid}').st_uid); "
        "v.stop(); p.stop(); print(v.is_running(), p.is_running())"
    )
    for python in (sys.executable, "/usr/bin/python3"):
        trial = [*NOBODY, python, "-c", "import callcore.embedded"]
        if (
            subprocess.run(trial, check=False, env=environment, capture_output=True, cwd="/")
        ).returncode == 0:
            break
    else:
        pytest.skip("nobody cannot read this checkout or any Python 3.11")
    home.chmod(0o777)
    output = subprocess.run(
        [*NOBODY, python, "-c", program, str(home)],
        check=True,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
    ).stdout
    assert output.split() == ["65534", "65534", "False", "False"]

"""The name of a worker is one process's at a time; what its supervisor and it tell each other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from callcore.bootstrap import instances, settings_file, supervised
from callcore.bootstrap.instances import Instance, InstanceError, InstanceInUseError
from callcore.bootstrap.supervised import News, SimulatedNode, Supervised, Word
from callcore.domain.ids import NodeName
from callcore.domain.policies import NodePolicy
from callcore.domain.sharding import WorkerId
from callcore.settings import NodeSettings, demo

ONE, TWO = WorkerId("1"), WorkerId("2")

HOLDER = """
import sys, time
from pathlib import Path
from callcore.bootstrap import instances
with instances.held(Path(sys.argv[1]), "1", "abcd"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instances, "_LOCK_SECONDS", 0.1)


class TestInstances:
    def test_one_process_has_a_name(self, tmp_path: Path) -> None:
        """The second is told whose it is, and what to do."""
        with instances.held(tmp_path, ONE, "abcd"):
            with pytest.raises(InstanceInUseError) as fault, instances.held(tmp_path, ONE, "ef"):
                pass
            with instances.held(tmp_path, TWO, "ef"):
                pass
        assert str(fault.value) == (
            f"another callcore, pid {os.getpid()}, is instance 1 of {tmp_path}: stop it, or give "
            "this one another name with --instance"
        )

    def test_the_dead_are_known(self, tmp_path: Path) -> None:
        """Whoever comes next may take over at once what they held."""
        with instances.held(tmp_path, ONE, "abcd") as before:
            assert before.life is None
        with instances.held(tmp_path, ONE, "ef01") as before:
            assert before.life == "abcd"
        with instances.held(tmp_path, ONE, "2345") as before:
            assert before.life == "ef01"

    def test_a_process_that_is_killed_has_the_name_no_more(self, tmp_path: Path) -> None:
        """However it ended."""
        command = [sys.executable, "-c", HOLDER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            with pytest.raises(InstanceInUseError), instances.held(tmp_path, ONE, "ef"):
                pass
            holder.kill()
        with instances.held(tmp_path, ONE, "ef") as before:
            assert before.life == "abcd"

    def test_a_directory_that_cannot_be_written_is_told(self, tmp_path: Path) -> None:
        """With the path."""
        (tmp_path / "instances").write_text("")
        fault = pytest.raises(InstanceError, match=rf"cannot use {tmp_path}/instances/1.lock: ")
        with fault, instances.held(tmp_path, ONE, "ef"):
            pass

    @pytest.mark.parametrize("text", ["", "-1", "A", "a b", "../x", "a" * 49, "ä", "1\n"])
    def test_names_are_words(self, text: str) -> None:
        """They are part of paths and of commands to switches."""
        assert not instances.is_name(text)
        assert instances.is_name("north-1")

    def test_workers_of_one_supervisor_are_numbered(self) -> None:
        """Behind the name of the machine, if there is one."""
        assert instances.names(None, 2) == ["1", "2"]
        assert instances.names("b", 2) == ["b-1", "b-2"]


class TestSupervised:
    def test_a_worker_gets_what_was_started_for_all(self, tmp_path: Path) -> None:
        """By the environment, of which nothing is left for its own children."""
        policy = NodePolicy(
            name=NodeName("simulated"), host="127.0.0.1", port=1234, heartbeat_seconds=5.0
        )
        node = NodeSettings(policy=policy, password="secret")
        told = Supervised(redis_url="unix:///r", node=SimulatedNode.of(node))
        environ = {"HOME": "/", **told.variables()}
        assert supervised.taken_from(environ) == told
        assert environ == {"HOME": "/"}
        assert supervised.taken_from(environ) is None
        assert "secret" not in repr(told)
        settings = demo(tmp_path, {})
        completed = Instance(supervised=told).completed(settings)
        assert (completed.redis_url, completed.postgres_url) == ("unix:///r", None)
        assert completed.nodes == (node,)
        assert Instance().completed(settings) == settings

    def test_news_come_as_they_were_told(self, capsys: pytest.CaptureFixture[str]) -> None:
        """And what is no news is none."""
        supervised.tell(News(word=Word.SERVES, value="http://127.0.0.1:1/"))
        line = capsys.readouterr().out
        assert supervised.heard(line) == News(word=Word.SERVES, value="http://127.0.0.1:1/")
        for other in ("", "hello\n", "[]\n", '["sings", ""]\n', "5\n", '{"word": "lives"}\n'):
            assert supervised.heard(other) is None

    def test_ports_follow_each_other(self, tmp_path: Path) -> None:
        """Unless any free one will do."""
        settings = demo(tmp_path, {})

        def port(given: int | None, offset: int) -> int:
            return settings_file.with_http_port(settings, given, offset).http_port

        assert [port(None, 0), port(None, 2), port(80, 1), port(0, 3)] == [9170, 9172, 81, 0]

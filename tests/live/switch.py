"""A FreeSWITCH of our own, run from ``freeswitch/`` and ``dialplans/`` of this repository."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.live.esl import Esl, EslError
from tests.live.ports import HOST, free_port
from tests.live.waiting import until

REPOSITORY = Path(__file__).parents[2]
START_SECONDS = 40
STOP_SECONDS = 15
RTP_PORTS = 2000
DOMAIN = "callcore.test"
USUAL_PLACES = (
    "freeswitch",
    "/opt/freeswitch/bin/freeswitch",
    "/usr/local/freeswitch/bin/freeswitch",
)


def find_binary() -> str | None:
    """FreeSWITCH on this machine: the one named in the environment, on the path, or where packages
    and builds put it.
    """
    named = os.environ.get("CALLCORE_FREESWITCH") or os.environ.get("FREESWITCH")
    places = (named,) if named else USUAL_PLACES
    return next((found for place in places if (found := shutil.which(place))), None)


def module_directory(binary: str) -> Path:
    """The folder of the modules that belong to the binary."""
    prefix = Path(binary).resolve().parents[1]
    places = (prefix / "lib/freeswitch/mod", prefix / "mod", Path("/usr/lib/freeswitch/mod"))
    return next(place for place in places if place.is_dir())


class FreeSwitch:
    """One running switch: its ports, its folders and how to ask it."""

    def __init__(
        self,
        binary: str,
        base: Path,
        *,
        rtp_slot: int = 0,
        rtp_ports_count: int = RTP_PORTS,
        log_level: str = "debug",
    ) -> None:
        """``rtp_slot`` is another one for each of several that run at once."""
        self.binary = binary
        self.base = base
        self.esl_port = free_port()
        self.callers_port = free_port()
        self.agents_port = free_port()
        self.peers_port = free_port()
        self._rtp_slot = rtp_slot
        self._rtp_ports_count = rtp_ports_count
        self._log_level = log_level
        self.esl_password = "a word of this test"  # with spaces: the protocol allows them
        self.agent_password = "phones"
        self.conf = base / "conf"
        self.cdr_directory = base / "json_cdr"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts the switch, again if it was ended, and waits until both SIP profiles run."""
        if not self.conf.exists():
            self.write_configuration()
        folders = {name: self.base / name for name in FOLDERS}
        for folder in folders.values():
            folder.mkdir(parents=True, exist_ok=True)
        flags = [part for name, folder in folders.items() for part in (f"-{name}", str(folder))]
        with (self.base / "stdout.txt").open("wb") as output:
            self.process = subprocess.Popen(
                [
                    *(self.binary, "-nf", "-nc", "-nonat", "-np", "-conf", str(self.conf)),
                    *("-mod", str(module_directory(self.binary)), *flags),
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={
                    **os.environ,
                    "CALLCORE_ESL_PASSWORD": self.esl_password,
                    "CALLCORE_AGENT_PASSWORD": self.agent_password,
                },
            )
        until(self._is_ready, START_SECONDS, f"FreeSWITCH runs; see {self.base}")

    def stop(self) -> None:
        """Ends the switch and every call."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(STOP_SECONDS)

    def kill(self) -> None:
        """Ends the switch as a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(STOP_SECONDS)

    def connect(self) -> Esl:
        """A new connection to its event socket."""
        return Esl(self.esl_port, self.esl_password)

    def log_text(self) -> str:
        """What the switch wrote into its log so far."""
        return (self.base / "log/freeswitch.log").read_text(errors="replace")

    def _is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.base / "stdout.txt").read_text(errors="replace")
        try:
            esl = self.connect()
        except EslError:
            return False
        try:
            profiles = [
                esl.api(f"sofia status profile {name}") for name in ("external", "internal")
            ]
        finally:
            esl.close()
        return all("RTP-IP" in text for text in profiles)

    def write_configuration(self) -> None:
        """Copies as an operator copies, and writes the one file meant for local values."""
        shutil.copytree(REPOSITORY / "freeswitch", self.conf)
        shutil.copytree(REPOSITORY / "dialplans", self.conf / "dialplan")
        rtp_start = 20000 + (os.getpid() + self._rtp_slot) % 15 * RTP_PORTS
        values = {
            "callcore_sip_ip": HOST,
            "callcore_public_ip": HOST,
            "callcore_domain": DOMAIN,
            "callcore_callers_sip_port": self.callers_port,
            "callcore_agents_sip_port": self.agents_port,
            "callcore_peers_sip_port": self.peers_port,
            "callcore_esl_port": self.esl_port,
            "callcore_rtp_start_port": rtp_start,
            "callcore_rtp_end_port": rtp_start + self._rtp_ports_count - 2,
            "callcore_cdr_dir": self.cdr_directory,
            "callcore_menu_wait_ms": 1000,
            "callcore_log_level": self._log_level,
        }
        lines = [
            f'  <X-PRE-PROCESS cmd="set" data="{name}={value}"/>' for name, value in values.items()
        ]
        text = "\n".join(["<include>", *lines, "</include>", ""])
        (self.conf / "callcore_vars.local.xml").write_text(text)


FOLDERS = (
    *("log", "run", "db", "htdocs", "scripts", "temp", "grammar", "certs", "recordings"),
    *("storage", "cache", "sounds"),
)
"""Flags of FreeSWITCH that name a folder, and the folders we give it."""

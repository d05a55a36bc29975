"""Callers and agents' phones, played by SIPp. What they lived through is read from their logs."""

from __future__ import annotations

import contextlib
import itertools
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from tests.live import sip
from tests.live.ports import HOST, free_port, is_bound
from tests.live.sip import SipMessage
from tests.live.sound import Sound
from tests.live.switch import DOMAIN, FreeSwitch
from tests.live.waiting import until

SCENARIOS = Path(__file__).parent / "scenarios"
NEVER_MS = 600_000
START_SECONDS = 30
END_SECONDS = 15
SIP_SECONDS = 15
TRYING = 100
MULAW_SILENCE = b"\xff" * 8000


@dataclass
class Phone:
    """A running SIPp."""

    process: subprocess.Popen[bytes]
    port: int
    base: Path

    def milestones(self) -> list[str]:
        """What happened to its calls so far, in order."""
        with contextlib.suppress(FileNotFoundError):
            return (self.base / "milestones.log").read_text(errors="replace").splitlines()
        return []

    def wait_for(self, milestone: str, seconds: float = 30, *, count: int = 1) -> None:
        """Waits until a milestone that begins so was reached, ``count`` times."""

        def reached() -> bool:
            return sum(line.startswith(milestone) for line in self.milestones()) >= count

        until(reached, seconds, f"{count} times {milestone!r} at {self.base}: {self.trouble()}")

    def sip(self) -> list[SipMessage]:
        """The SIP messages it has sent and received so far, in order."""
        with contextlib.suppress(FileNotFoundError):
            return sip.messages((self.base / "messages.log").read_text(errors="replace"))
        return []

    def response(self, status: int, *, to: str = "INVITE") -> SipMessage:
        """The first response of a status to a request of a kind, once it is there."""
        found = until(
            lambda: [m for m in self.sip() if m.status == status and m.method == to],
            SIP_SECONDS,
            f"a {status} to {to} at {self.base}",
        )
        return found[0]

    def statuses(self) -> list[int]:
        """The final and provisional answers to its call so far, without 100; each once."""
        found = [m.status for m in self.sip() if m.method == "INVITE" and m.status is not None]
        return [status for status in dict.fromkeys(found) if status != TRYING]

    def requests(self, method: str) -> list[SipMessage]:
        """The requests of a kind it has received, without repetitions."""
        found = [m for m in self.sip() if m.status is None and m.method == method]
        return list({m.headers["Via"]: m for m in found if m.is_received}.values())

    def ended_well(self, seconds: float = 10) -> None:
        """Waits until its one call went through the scenario to the end."""
        status = self.process.wait(seconds)
        assert status == 0, f"sipp ended with {status}: {self.milestones()}, {self.trouble()}"

    def wait_for_end(self, seconds: float = 10) -> None:
        """Waits until its one call is over, whatever became of it."""
        self.process.wait(seconds)

    def trouble(self) -> str:
        """SIPp's complaints."""
        with contextlib.suppress(FileNotFoundError):
            return (self.base / "errors.log").read_text(errors="replace")
        return ""

    def stop(self) -> None:
        """Ends SIPp; a call it had stays as it is on the switch."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(END_SECONDS)


@dataclass
class ListeningPhone(Phone):
    """A phone whose sound is not SIPp's but ours."""

    sound: Sound

    def stop(self) -> None:
        """Ends SIPp and the sound."""
        super().stop()
        self.sound.close()


@dataclass
class Phones:
    """Makes phones for one test, and takes them away at its end."""

    switch: FreeSwitch
    base: Path
    made: list[Phone] = field(default_factory=list)
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    def caller(
        self,
        dialled: str,
        *,
        hang_up_after_seconds: float | None = None,
        from_user: str = "+48600700800",
        from_name: str = "Ann",
        x_note: str = "none",
        sends_rtp: bool = True,
        host: str = HOST,
        switch_port: int | None = None,
    ) -> Phone:
        """A call from outside; without a time the caller stays until hung up."""
        return self._start(
            "caller",
            switch_port or self.switch.callers_port,
            words={
                "hang_up_after_ms": _milliseconds(hang_up_after_seconds),
                "rtp_loops": "-1" if sends_rtp else "1",
            },
            keys={
                "dialled": dialled,
                "from_user": from_user,
                "from_name": from_name,
                "x_note": x_note,
            },
            is_once=True,
            host=host,
        )

    def crowd(self, dialled: str, count: int, *, per_second: int = 10) -> Phone:
        """So many calls from outside, one after the other; each stays until hung up, silent."""
        return self._start(
            "caller",
            self.switch.callers_port,
            words={"hang_up_after_ms": _milliseconds(None), "rtp_loops": "1"},
            keys={
                "dialled": dialled,
                "from_user": "+48600700800",
                "from_name": "Ann",
                "x_note": "none",
            },
            is_once=True,
            count=count,
            per_second=per_second,
        )

    def listening_caller(
        self,
        dialled: str,
        *,
        give_up_after_seconds: float | None = None,
        hang_up_after_seconds: float | None = None,
        from_user: str = "+48600700800",
    ) -> ListeningPhone:
        """A call from outside that may stay unanswered, with its sound: gives up so long after
        the last sign of progress, hangs up so long after being answered.
        """
        sound = Sound()
        phone = self._start(
            "caller_unanswered",
            self.switch.callers_port,
            words={
                "give_up_after_ms": _milliseconds(give_up_after_seconds),
                "hang_up_after_ms": _milliseconds(hang_up_after_seconds),
                "sound_port": str(sound.port),
            },
            keys={"dialled": dialled, "from_user": from_user},
            is_once=True,
        )
        return self._listening(phone, sound)

    def agent(
        self,
        user: str | None = None,
        *,
        answer_after_seconds: float | None = 0.1,
        hang_up_after_seconds: float | None = None,
        port: int | None = None,
        sends_rtp: bool = True,
    ) -> Phone:
        """An agent's phone, registered as ``user`` if given; without a time it is never picked up
        (or never put down).
        """
        silence = '<nop><action><exec rtp_stream="{{rtp_file}},-1,0"/></action></nop>'
        phone = self._start(
            "agent",
            self.switch.agents_port,
            words={
                "answer_after_ms": _milliseconds(answer_after_seconds),
                "hang_up_after_ms": _milliseconds(hang_up_after_seconds),
                "audio_port": "[rtpstream_audio_port]",
                "rtp": silence if sends_rtp else "",
            },
            port=port,
        )
        if user is not None:
            self.register(user, phone.port)
        return phone

    def listening_agent(
        self,
        *,
        answer_after_seconds: float = 0.1,
        hang_up_after_seconds: float | None = None,
        hertz: int | None = None,
    ) -> ListeningPhone:
        """An agent's phone with its sound, for one call at a time; may speak a tone."""
        sound = Sound(hertz)
        phone = self._start(
            "agent",
            self.switch.agents_port,
            words={
                "answer_after_ms": _milliseconds(answer_after_seconds),
                "hang_up_after_ms": _milliseconds(hang_up_after_seconds),
                "audio_port": str(sound.port),
                "rtp": "",
            },
        )
        return self._listening(phone, sound)

    def dialling(
        self, user: str, dialled: str, *, hang_up_after_seconds: float | None = None
    ) -> ListeningPhone:
        """An agent's phone calls a number with its password, with its sound; without a time it
        stays until hung up.
        """
        sound = Sound()
        phone = self._start(
            "dialling",
            self.switch.agents_port,
            words={
                "user": user,
                "password": self.switch.agent_password,
                "hang_up_after_ms": _milliseconds(hang_up_after_seconds),
                "sound_port": str(sound.port),
            },
            keys={"user": user, "domain": DOMAIN, "dialled": dialled},
            is_once=True,
        )
        return self._listening(phone, sound)

    def _listening(self, phone: Phone, sound: Sound) -> ListeningPhone:
        self.made[-1] = listening = ListeningPhone(phone.process, phone.port, phone.base, sound)
        return listening

    def transferring_agent(
        self, target: str, *, consultation: Phone | None = None, after_seconds: float = 1
    ) -> Phone:
        """An agent's phone that picks up at once and sends the caller on to a number; to whom it
        talks with in a ``consultation``, its call with that number.
        """
        return self._start(
            "agent_transfers",
            self.switch.agents_port,
            words={
                "transfer_after_ms": _milliseconds(after_seconds),
                "replaces": "" if consultation is None else _replaces(consultation),
            },
            keys={"target": target, "domain": DOMAIN},
        )

    def refusing_agent(self, status: int, *, port: int | None = None) -> Phone:
        """An agent's phone that answers every call with a SIP status: 486 busy, 603 declined."""
        return self._start(
            "agent_refusing", self.switch.agents_port, words={"status": str(status)}, port=port
        )

    def dials(
        self, user: str, dialled: str, *, hang_up_after_seconds: float | None = None
    ) -> Phone:
        """The phone of ``user`` calls a number, with its password; without a time it stays until
        hung up.
        """
        return self._start(
            "phone_dials",
            self.switch.agents_port,
            words={
                "user": user,
                "password": self.switch.agent_password,
                "hang_up_after_ms": _milliseconds(hang_up_after_seconds),
            },
            keys={"user": user, "domain": DOMAIN, "dialled": dialled},
            is_once=True,
        )

    def register(self, user: str, phone_port: int, *, expires_seconds: int = 300) -> None:
        """Registers (with 0 seconds: unregisters) a phone and waits for the switch's consent."""
        registration = self._start(
            "register",
            self.switch.agents_port,
            words={"user": user, "password": self.switch.agent_password},
            keys={
                "user": user,
                "domain": DOMAIN,
                "phone_port": str(phone_port),
                "expires": str(expires_seconds),
            },
            is_once=True,
        )
        registration.ended_well()

    def stop_all(self) -> None:
        for phone in self.made:
            phone.stop()

    def _start(
        self,
        scenario: str,
        switch_port: int,
        *,
        words: dict[str, str],
        keys: dict[str, str] | None = None,
        is_once: bool = False,
        port: int | None = None,
        host: str = HOST,
        count: int = 1,
        per_second: int = 10,
    ) -> Phone:
        base = self.base / f"{next(self.numbers)}_{scenario}"
        base.mkdir(parents=True)
        rtp_file = base / "silence.ulaw"
        rtp_file.write_bytes(MULAW_SILENCE)
        text = (SCENARIOS / f"{scenario}.xml").read_text()
        for word, value in {**words, "rtp_file": str(rtp_file)}.items():
            text = text.replace("{{" + word + "}}", value)
        (base / "scenario.xml").write_text(text)
        own_port = port or free_port()
        key_flags = [part for name, value in (keys or {}).items() for part in ("-key", name, value)]
        with (base / "screen.txt").open("wb") as screen:
            process = subprocess.Popen(
                [
                    *("sipp", f"{HOST}:{switch_port}", "-sf", str(base / "scenario.xml")),
                    *("-i", host, "-p", str(own_port), "-mi", host, "-nostdin"),
                    *("-mp", str(free_port())),
                    *("-trace_logs", "-log_file", str(base / "milestones.log")),
                    *("-trace_err", "-error_file", str(base / "errors.log")),
                    *("-trace_msg", "-message_file", str(base / "messages.log")),
                    *(("-m", f"{count}", "-l", f"{count}") if is_once else ()),
                    *("-r", f"{per_second}"),
                    *key_flags,
                ],
                cwd=base,
                stdin=subprocess.DEVNULL,
                stdout=screen,
                stderr=subprocess.STDOUT,
            )
        phone = Phone(process, own_port, base)
        self.made.append(phone)
        if not is_once:
            until(lambda: is_bound(own_port), START_SECONDS, f"sipp listens; see {base}")
        return phone


def _replaces(call: Phone) -> str:
    """As a URI asks for the call to be replaced that a phone has made (RFC 3891, 3 and 5)."""
    headers = call.response(200).headers
    to_tag, from_tag = (headers[name].rpartition(";tag=")[2] for name in ("To", "From"))
    dialog = f"{headers['Call-ID']};to-tag={to_tag};from-tag={from_tag}"
    return f"?Replaces={quote(dialog, safe='')}"


def _milliseconds(seconds: float | None) -> str:
    return str(NEVER_MS if seconds is None else max(int(seconds * 1000), 1))

"""A real switch for the session; phones that SIPp plays for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from callcore.domain.speech import grammar
from tests.live import prompts
from tests.live.daemon import Daemon, empty_history
from tests.live.ear import Ear
from tests.live.esl import Esl
from tests.live.phones import Phone, Phones
from tests.live.ports import HOST, free_port
from tests.live.prompts import Prompts
from tests.live.raw_sip import RawCaller
from tests.live.switch import FreeSwitch, find_binary
from tests.live.waiting import until

CLEAN_SECONDS = 10
REGISTRATIONS = "sofia status profile internal reg"
NO_PHONES = "Total items returned: 0"

NO_FREESWITCH = (
    "no FreeSWITCH on this machine. Install a package or build one"
    " (https://developer.signalwire.com/freeswitch/), and name the binary in CALLCORE_FREESWITCH"
    " if it is not on the PATH"
)
GATEWAY = """<include>
  <gateway name="carrier">
    <param name="proxy" value="{host}:{port}"/>
    <param name="username" value="us"/>
    <param name="password" value="secret"/>
    <param name="register" value="false"/>
  </gateway>
</include>
"""
STREAM = """  <directory name="{name}" path="{path}">
    <param name="rate" value="8000"/>
    <param name="channels" value="1"/>
    <param name="interval" value="20"/>
    <param name="timer-name" value="soft"/>
  </directory>
</configuration>"""
HUM_HERTZ = 300
NO_SIPP = "no sipp on this machine. Debian: apt-get install sip-tester"


@pytest.fixture(scope="session")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreeSwitch]:
    """FreeSWITCH, run from this repository's configuration, on ports of its own."""
    binary = find_binary()
    if binary is None:
        pytest.skip(NO_FREESWITCH)
    if shutil.which("sipp") is None:
        pytest.skip(NO_SIPP)
    running = FreeSwitch(binary, tmp_path_factory.mktemp("switch"))
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def esl(switch: FreeSwitch) -> Iterator[Esl]:
    """A connection to the event socket. At the end of the test the switch is as at the beginning:
    no calls, no registrations.
    """
    connection = switch.connect()
    try:
        yield connection
        connection.api("hupall")
        _unregister_phones(connection)
        until(lambda: not connection.channels(), CLEAN_SECONDS, "every channel is gone")
    finally:
        connection.close()


def _unregister_phones(connection: Esl) -> None:
    """Not where there are none: the switch deletes them a while after it was told to, and so would
    delete the next test's.
    """

    def has_none() -> bool:
        return NO_PHONES in connection.api(REGISTRATIONS)

    if not has_none():
        connection.api("sofia profile internal flush_inbound_reg")
        until(has_none, CLEAN_SECONDS, "no phone is registered")


@pytest.fixture
def phones(switch: FreeSwitch, esl: Esl, tmp_path) -> Iterator[Phones]:
    """Callers and agents' phones of one test."""
    made = Phones(switch, tmp_path / "phones")
    try:
        yield made
    finally:
        made.stop_all()


@pytest.fixture
def carrier(switch: FreeSwitch, esl: Esl, phones: Phones) -> Iterator[Phone]:
    """A trunk for outside numbers, with a phone at its far end that answers and hangs up."""
    port = free_port()
    path = switch.conf / "sip_profiles/external/carrier.xml"
    path.write_text(GATEWAY.format(host=HOST, port=port))
    try:
        esl.api("sofia profile external rescan")
        until(
            lambda: "carrier" in esl.api("sofia status gateway carrier"), 5, "the gateway is there"
        )
        esl.api("global_setvar callcore_outbound_gateway=carrier")
        yield phones.agent(port=port, answer_after_seconds=0.3, hang_up_after_seconds=1)
    finally:
        esl.api("global_setvar callcore_outbound_gateway=none")
        esl.api("sofia profile external killgw carrier")
        path.unlink()


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data with which each callcore begins."""
    return empty_history(tmp_path_factory.mktemp("history"))


@pytest.fixture
def callcore(
    switch: FreeSwitch, esl: Esl, history: Path, tmp_path: Path
) -> Iterator[Callable[..., Daemon]]:
    """Starts callcore with queues, agents and numbers of the settings file."""
    started: list[Daemon] = []

    def start(*, has_terminal: bool = False, **settings) -> Daemon:
        base = tmp_path / f"callcore{len(started)}"
        daemon = Daemon(switch, base, settings, history, has_terminal=has_terminal)
        started.append(daemon)
        daemon.start()
        return daemon

    try:
        yield start
    finally:
        esl.api("hupall")  # else a stop waits for calls to end
        for daemon in started:
            daemon.stop()


@pytest.fixture
def watched(esl: Esl) -> Esl:
    """The connection, told about channels and what they play."""
    esl.subscribe(
        *("CHANNEL_OUTGOING", "CHANNEL_PARK", "CHANNEL_ANSWER", "CHANNEL_BRIDGE"),
        *("CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE", "PLAYBACK_START", "PLAYBACK_STOP"),
    )
    return esl


@pytest.fixture
def strangers(switch: FreeSwitch) -> Iterator[Callable[[], RawCaller]]:
    """Makes callers who write what they like."""
    made: list[RawCaller] = []

    def stranger() -> RawCaller:
        made.append(RawCaller(switch.callers_port))
        return made[-1]

    yield stranger
    for one in made:
        one.close()


@pytest.fixture
def ear(switch: FreeSwitch, esl: Esl) -> Iterator[Ear]:
    """callcore's adapter, connected, without callcore."""
    made = Ear(switch)
    yield made
    made.switch.stop()


@pytest.fixture(scope="session")
def catalogues(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything callcore says, in every language, as tones of 440 hertz."""
    made = Prompts(tmp_path_factory.mktemp("catalogues"))
    made.record_catalogue(*grammar.CATALOGUED)
    return made.directory


@pytest.fixture
def sounds(catalogues: Path, tmp_path: Path) -> Prompts:
    """Everything callcore says, and what the test records besides."""
    return Prompts(shutil.copytree(catalogues, tmp_path / "sounds"))


@pytest.fixture(scope="session")
def hum(switch: FreeSwitch) -> str:
    """Music of one tone, ``HUM_HERTZ``, without a pause: longer than any test, for the switch makes
    one of a second before it plays the files of a stream again.
    """
    folder = switch.base / "hum"
    prompts.write(folder / "hum.wav", HUM_HERTZ, 1, times=600)
    settings = switch.conf / "autoload_configs/local_stream.conf.xml"
    stream = STREAM.format(name="hum", path=folder)
    settings.write_text(settings.read_text().replace("</configuration>", stream))
    connection = switch.connect()
    try:
        connection.api("reloadxml")
        assert connection.api("local_stream start hum").startswith("+OK")
    finally:
        connection.close()
    return "local_stream://hum"

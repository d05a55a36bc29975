"""FreeSWITCH with mod_callcenter beside callcore's dialplan, for the same callers and agents."""

from __future__ import annotations

from pathlib import Path

from tests.live.ports import HOST, free_port
from tests.live.switch import FreeSwitch

CALLCORE_NUMBER = "8001"
SCRIPT_NUMBER = "7001"
CALLCENTER_NUMBER = "7002"
PORTS_PER_LEG = 4

_DIALPLAN = f"""<include>
  <extension name="bench_script">
    <condition field="destination_number" expression="\\A{SCRIPT_NUMBER}\\z">
      <action application="answer"/>
      <action application="park"/>
    </condition>
  </extension>
  <extension name="bench_callcenter">
    <condition field="destination_number" expression="\\A{CALLCENTER_NUMBER}\\z">
      <action application="answer"/>
      <action application="callcenter" data="support"/>
    </condition>
  </extension>
</include>
"""

_CALLCENTER = """<configuration name="callcenter.conf" description="To compare with">
  <settings/>
  <queues>
    <queue name="support">
      <param name="strategy" value="longest-idle-agent"/>
      <param name="moh-sound" value="local_stream://moh"/>
      <param name="time-base-score" value="queue"/>
      <param name="max-wait-time" value="0"/>
      <param name="max-wait-time-with-no-agent" value="0"/>
      <param name="tier-rules-apply" value="false"/>
      <param name="discard-abandoned-after" value="60"/>
      <param name="abandoned-resume-allowed" value="false"/>
    </queue>
  </queues>
  <agents>
{agents}
  </agents>
  <tiers>
{tiers}
  </tiers>
</configuration>
"""
_AGENT = (
    '    <agent name="{name}" type="callback" contact="{contact}" status="Available"'
    ' max-no-answer="3" wrap-up-time="0" reject-delay-time="0" busy-delay-time="0"/>'
)
_TIER = '    <tier agent="{name}" queue="support" level="1" position="1"/>'


class BenchSwitch(FreeSwitch):
    """Agents' phones are at ``phones_port``. mod_callcenter looks at its queues all the time: it is
    loaded only where it is asked for.
    """

    def __init__(
        self,
        binary: str,
        base: Path,
        *,
        agents_count: int,
        callers_count: int,
        has_callcenter: bool,
    ) -> None:
        legs_count = agents_count + callers_count
        super().__init__(
            binary, base, log_level="warning", rtp_ports_count=PORTS_PER_LEG * legs_count
        )
        self.phones_port = free_port()
        self._has_callcenter = has_callcenter
        self.agents = [str(1001 + number) for number in range(agents_count)]

    def contact(self, agent: str) -> str:
        """Where an agent's phone is."""
        return f"sofia/internal/{agent}@{HOST}:{self.phones_port}"

    def write_configuration(self) -> None:
        """The repository's, and what the others need."""
        super().write_configuration()
        (self.conf / "dialplan/public/00_bench.xml").write_text(_DIALPLAN)
        if self._has_callcenter:
            self._add_callcenter()

    def _add_callcenter(self) -> None:
        modules = self.conf / "autoload_configs/modules.conf.xml"
        text = modules.read_text()
        modules.write_text(text.replace("</modules>", '<load module="mod_callcenter"/></modules>'))
        names = [{"name": name, "contact": self.contact(name)} for name in self.agents]
        (self.conf / "autoload_configs/callcenter.conf.xml").write_text(
            _CALLCENTER.format(
                agents="\n".join(_AGENT.format(**name) for name in names),
                tiers="\n".join(_TIER.format(**name) for name in names),
            )
        )

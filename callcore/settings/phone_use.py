"""Whether agents can do by phone what the settings let them do, and with what.

Told only of settings without faults of their own.
"""

from __future__ import annotations

from collections.abc import Iterator

from callcore.domain.policies import AgentPolicy, Connection, FeatureCode, SitePolicy
from callcore.settings.faults import Path
from callcore.settings.reading import Reading

_MOST_TOLD = 10
"""Agents named in a warning; more are counted."""

_NO_PINS = (
    "no agent could use them: give pins.file, with a line for each agent as `callcore agent pin` "
    "writes it"
)


def unusable(reading: Reading, site: SitePolicy) -> Iterator[tuple[Path, str]]:
    """Each setting that nobody could use, and what is wrong."""
    has_pins = any(agent.pin_hash is not None for agent in site.agents.values())
    if site.feature_codes and not has_pins and not reading.has_faults_in("pins"):
        yield ("feature_codes",), _NO_PINS
    if reading.has_faults_in("feature_codes"):
        return
    if not site.feature_codes and reading.gives(("pins", "file")):
        yield ("pins", "file"), "has no effect without feature_codes"
    if FeatureCode.START_BREAK not in site.feature_codes.values():
        for code, one in site.breaks.items():
            if one.key is not None:
                yield ("breaks", code, "key"), "has no effect without feature_codes.break"
    yield from _not_coming_on_the_line(reading, site, has_pins=has_pins)


def _not_coming_on_the_line(
    reading: Reading, site: SitePolicy, *, has_pins: bool
) -> Iterator[tuple[Path, str]]:
    """Agents who would stay on the line, and cannot come on it."""
    may_log_in = FeatureCode.LOG_IN in site.feature_codes.values()
    told = set()
    for agent in site.agents.values():
        if agent.connection is not Connection.STANDING:
            continue
        path = _path_of_connection(reading, agent)
        if not may_log_in and path not in told:
            told.add(path)
            yield path, "standing needs feature_codes.login, by which agents come on the line"
        is_without = has_pins and agent.pin_hash is None
        if may_log_in and is_without and not reading.has_faults_in("pins"):
            fault = (
                "cannot come on the line (connection: standing) without a PIN: put the line that "
                f"`callcore agent pin {agent.agent_id}` writes into the file that pins.file names"
            )
            yield ("agents", agent.agent_id), fault


def warn(reading: Reading, site: SitePolicy) -> None:
    """Tells of agents who cannot use the feature codes that others can."""
    without = [agent.agent_id for agent in site.agents.values() if agent.pin_hash is None]
    if not site.feature_codes or not without or len(without) == len(site.agents):
        return
    left = len(without) - _MOST_TOLD
    more = f" and {left} more" if left > 0 else ""
    named = ", ".join(without[:_MOST_TOLD])
    reading.warn_value(
        ("feature_codes",), f"without a PIN in pins.file no code is taken from {named}{more}"
    )


def _path_of_connection(reading: Reading, agent: AgentPolicy) -> Path:
    own: Path = ("agents", agent.agent_id, "connection")
    return own if reading.gives(own) else ("agent_defaults", "connection")

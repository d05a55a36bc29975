"""Which configuration a site runs: the same for the fake and each real server."""

from __future__ import annotations

from callcore.domain.ids import Micros
from callcore.ports.config_versions import AnnouncedVersion
from tests.contract.floor_builders import AnyFloor


def announced(version: str, *, by: str = "eve") -> AnnouncedVersion:
    """A version, announced at some instant."""
    return AnnouncedVersion(version=version, at=Micros(1_700_000_000_000_001), by=by)


def test_none_is_announced_at_first(floor: AnyFloor) -> None:
    """An empty floor says nothing of any configuration."""
    assert floor.config_versions.announced() is None


def test_the_latest_is_the_sites(floor: AnyFloor) -> None:
    """Whoever announces last, all see the same."""
    floor.config_versions.announce(announced("0123456789ab"))
    floor.config_versions.announce(announced("ba9876543210", by="SIGHUP"))
    assert floor.config_versions.announced() == announced("ba9876543210", by="SIGHUP")


def test_half_a_surrogate_pair_does_no_harm(floor: AnyFloor) -> None:
    """A user's name from a strange directory must not keep a version from being announced."""
    floor.config_versions.announce(announced("0123456789ab", by="e\udcffe"))
    found = floor.config_versions.announced()
    assert found is not None
    assert found.version == "0123456789ab"
    assert found.by == "e?e"

"""One event socket of the switch in memory: whose legs it tells of, and to whom."""

from __future__ import annotations

from collections.abc import Callable, Collection

from callcore.adapters.freeswitch import hostile
from callcore.domain.ids import LegId
from callcore.domain.sharding import DIGITS
from callcore.ports.switch_events import LegEvent, PhoneCallBegan, SwitchEvent
from callcore.ports.telephony import SwitchUnavailableError
from tests.fakes.switch_core import FakeCore, FakeLeg


class FakeLink:
    """What one worker has of the switch; others may have links of their own to the same core."""

    def __init__(self, core: FakeCore) -> None:
        self.is_connected = True
        self.deliver: Callable[[SwitchEvent], None] = lambda _: None
        self.may_act: Callable[[], bool] = lambda: True
        self.digits = DIGITS
        self.heard: set[LegId] = set()
        self._core = core
        core.links.append(self)

    def tell(self, event: SwitchEvent) -> None:
        """Nobody hears it while the link is down, and nobody hears it later."""
        if self.is_connected and self._is_wanted(event):
            self.deliver(event)

    def follows(self, leg_id: LegId) -> bool:
        """True of a leg that is told of and listed."""
        return leg_id[0] in self.digits or leg_id in self.heard

    def followed(self) -> list[FakeLeg]:
        """Every leg that is listed."""
        return [leg for leg in self._core.legs_by_id.values() if self.follows(leg.leg_id)]

    def follow_digits(self, digits: Collection[str]) -> None:
        """Tells of the legs of these digits from now on."""
        self.digits = hostile.digits("".join(digits))

    def hear(self, leg_id: LegId) -> None:
        """Tells of a leg whatever its digit."""
        self._check_is_up()
        self.heard.add(hostile.leg_id(leg_id))

    def unhear(self, leg_id: LegId) -> None:
        """Ends that."""
        self.heard.discard(leg_id)

    def mark_owner(self, digits: Collection[str], owner: str) -> None:
        """Has the core keep whose the digits are; it forgets when it is restarted."""
        self._check_is_up()
        for digit in hostile.digits("".join(digits)):
            self._core.owners[digit] = hostile.owner(owner)

    def owners(self) -> dict[str, str]:
        """What was kept so, by whomever."""
        self._check_is_up()
        return dict(self._core.owners)

    def check(self) -> None:
        """Raises ``SwitchUnavailableError`` for who may not command now."""
        self._check_is_up()
        if not self.may_act():
            message = "this worker's leases have lapsed"
            raise SwitchUnavailableError(message)

    def lose(self) -> None:
        """The event socket goes down; calls go on."""
        self.is_connected = False
        self.deliver(self._core.lost())

    def restore(self, *, is_restarted: bool) -> None:
        """The event socket comes up, perhaps of a core without calls."""
        if is_restarted:
            for link in self._core.links:
                if link is not self and link.is_connected:
                    link.lose()
            self._core.restart()
        self.is_connected = True
        self.deliver(self._core.restored(is_restarted=is_restarted))

    def _check_is_up(self) -> None:
        if not self.is_connected:
            message = "the link is down"
            raise SwitchUnavailableError(message)

    def _is_wanted(self, event: SwitchEvent) -> bool:
        if isinstance(event, LegEvent | PhoneCallBegan):
            return self.follows(event.leg_id)
        return True

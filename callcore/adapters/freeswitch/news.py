"""What a node tells, and what becomes of the link to it, as events of the port."""

from __future__ import annotations

from collections.abc import Callable

from callcore.adapters.freeswitch import headers, translation
from callcore.adapters.freeswitch.event_headers import EventHeaders
from callcore.adapters.freeswitch.following import Following
from callcore.adapters.freeswitch.job_ids import JobIds
from callcore.adapters.freeswitch.jobs import OriginateJobs
from callcore.adapters.freeswitch.link_listener import LinkListener
from callcore.adapters.freeswitch.observing import LinkObserver
from callcore.adapters.freeswitch.switch_time import SwitchTime
from callcore.domain.ids import LegId, Micros, NodeName
from callcore.ports import switch_events
from callcore.ports.surroundings import Clock
from callcore.ports.switch_events import SwitchEvent

_ABOUT_LEGS = (switch_events.LegEvent, switch_events.PhoneCallBegan)


class News:
    """Hears one link, and hands on in order what is for us, in the greenlet that reads."""

    def __init__(
        self,
        node: NodeName,
        clock: Clock,
        deliver: Callable[[SwitchEvent], None],
        observer: LinkObserver,
        following: Following,
        time: SwitchTime,
        leg_exists: Callable[[LegId], bool],
        job_ids: JobIds,
    ) -> None:
        self._node = node
        self._clock = clock
        self._deliver = deliver
        self._observer = observer
        self._following = following
        self._time = time
        self.jobs = OriginateJobs(
            node=node,
            clock=clock,
            deliver=self._job_told,
            leg_exists=leg_exists,
            job_ids=job_ids,
        )
        """Whose ends are told too."""
        self.listener = LinkListener(
            restored=self._restored, told=self._told, lost=self._lost, gone=self._gone
        )

    def by_our_clock(self, told: int) -> Micros:
        """An instant that the node told."""
        return self._time.ours(told, self._clock.now())

    def _told(self, told: EventHeaders, heard_at: Micros) -> None:
        try:
            if told.name == translation.BACKGROUND_JOB:
                self.jobs.finished(told.job_id, told.job_result)
                return
            event = translation.event_of(told, self._node, heard_at, self._time)
        except (headers.UnreadableEventError, headers.IncompleteEventError):
            self._observer.frame_skipped("incomplete_event")
            return
        if event is None:
            return
        if isinstance(event, _ABOUT_LEGS) and event.leg_id not in self._following:
            return  # it was under way when the digits changed
        if isinstance(event, switch_events.LegEnded):
            self.jobs.leg_ended(event.leg_id)
        self._hand_over(event)

    def _job_told(self, event: switch_events.LegEnded) -> None:
        if event.leg_id in self._following:
            self._hand_over(event)

    def _restored(self, core_uuid: str, is_restarted: bool) -> None:  # noqa: FBT001 (LinkListener's shape)
        self._hand_over(
            switch_events.SwitchRestored(
                node=self._node,
                at=self._clock.now(),
                core_uuid=core_uuid,
                is_restarted=is_restarted,
            )
        )

    def _lost(self, reason: str) -> None:
        self.jobs.forget_all()
        self._hand_over(
            switch_events.SwitchLost(node=self._node, at=self._clock.now(), reason=reason)
        )

    def _gone(self, reason: str) -> None:
        self._hand_over(
            switch_events.SwitchGone(node=self._node, at=self._clock.now(), reason=reason)
        )

    def _hand_over(self, event: SwitchEvent) -> None:
        try:
            self._deliver(event)
        except Exception as fault:  # noqa: BLE001 (a listener's bug must not cost every call its link)
            self._observer.listener_failed(type(event).__name__, fault)

"""Originates under way: each ends as an event, whatever becomes of its job.

A failed originate is told by the ``CHANNEL_HANGUP`` of the leg it made, or, if it never made one
(an unregistered phone), only by its ``BACKGROUND_JOB``. A job's result may also be lost, and
``+OK Job-UUID`` does not prove that it ran; so each has a deadline, after which the switch is asked
whether the leg exists.

``LegEnded`` is told once, unless the hangup overtakes the job's result: the switch does not
promise their order, and then it is told twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from callcore.adapters.freeswitch import translation
from callcore.adapters.freeswitch.job_ids import JobIds
from callcore.domain.ids import LegId, NodeName
from callcore.ports.surroundings import Clock, Timer
from callcore.ports.switch_events import LegEnded
from callcore.ports.telephony import TelephonyError

GRACE_SECONDS = 5.0
"""How long after the ringing time a job may still report."""

NO_JOB_RESULT = "NO_JOB_RESULT"
COMMAND_REFUSED = "COMMAND_REFUSED"


@dataclass(slots=True, kw_only=True)
class _Job:
    leg_id: LegId
    deadline: Timer
    has_leg_ended: bool = False


class OriginateJobs:
    """The originates of one link that have not reported yet."""

    def __init__(
        self,
        *,
        node: NodeName,
        clock: Clock,
        deliver: Callable[[LegEnded], None],
        leg_exists: Callable[[LegId], bool],
        job_ids: JobIds,
    ) -> None:
        self._node = node
        self._clock = clock
        self._deliver = deliver
        self._leg_exists = leg_exists
        self._ids = job_ids
        self._jobs: dict[str, _Job] = {}
        self._job_ids: dict[LegId, str] = {}

    def __len__(self) -> int:
        return len(self._jobs)

    def begin(self, leg_id: LegId, timeout_seconds: float) -> str:
        """Expects a job for the leg; returns the job's id, to be sent with the command."""
        job_id = self._ids.new()
        deadline = self._clock.after(timeout_seconds + GRACE_SECONDS, lambda: self._give_up(job_id))
        self._jobs[job_id] = _Job(leg_id=leg_id, deadline=deadline)
        self._job_ids[leg_id] = job_id
        return job_id

    def finished(self, job_id: str, result: str) -> None:
        """A job reported; one that was given up is none of ours any more."""
        job = self._take(job_id)
        if job is None or not result.startswith("-") or job.has_leg_ended:
            return
        words = result.split()
        self._tell(job.leg_id, translation.hangup_cause(words[1] if len(words) > 1 else ""))

    def refused(self, job_id: str) -> None:
        """The switch did not take the command."""
        job = self._take(job_id)
        if job is not None:
            self._tell(job.leg_id, COMMAND_REFUSED)

    def leg_ended(self, leg_id: LegId) -> None:
        """A hangup was told: the job's failure need not be told as well."""
        job_id = self._job_ids.get(leg_id)
        if job_id is not None:
            self._jobs[job_id].has_leg_ended = True

    def forget(self, job_id: str) -> None:
        """The command was never sent: nothing is to be told."""
        self._take(job_id)

    def forget_all(self) -> None:
        """The link is down: who follows legs compares when it is restored."""
        for job_id in list(self._jobs):
            self._take(job_id)

    def _take(self, job_id: str) -> _Job | None:
        job = self._jobs.pop(job_id, None)
        if job is not None:
            job.deadline.cancel()
            self._job_ids.pop(job.leg_id, None)
        return job

    def _give_up(self, job_id: str) -> None:
        job = self._take(job_id)
        if job is None or job.has_leg_ended:
            return
        try:
            exists = self._leg_exists(job.leg_id)
        except TelephonyError:
            # Not known: the link is going down, and its followers compare afterwards.
            return
        if not exists:
            self._tell(job.leg_id, NO_JOB_RESULT)

    def _tell(self, leg_id: LegId, cause: str) -> None:
        self._deliver(LegEnded(node=self._node, at=self._clock.now(), leg_id=leg_id, cause=cause))

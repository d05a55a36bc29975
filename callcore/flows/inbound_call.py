"""A call from arrival to record.

Reads like the call: who is it, which queue, wait, talk, gone. A hangup unwinds it from wherever
it is, and ``finally`` closes the record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from callcore.domain.events import CallArrived
from callcore.domain.ids import (
    CallId,
    MenuName,
    Micros,
    QueueName,
    SurveyName,
)
from callcore.domain.ledger import Caller
from callcore.domain.policies import QueuePolicy
from callcore.domain.surveys import Given
from callcore.flows import restoring, survey, turning_away
from callcore.flows.call import Call
from callcore.flows.crew import Crew
from callcore.flows.following import Following
from callcore.flows.journey import Journey
from callcore.flows.messages import Message
from callcore.flows.offers_found import OffersFound
from callcore.flows.place_leaving import PlaceLeaving
from callcore.flows.promising import Promises
from callcore.flows.site import Site
from callcore.flows.standing import Place, Standing
from callcore.flows.timers import Timers
from callcore.ports.stores import Joining, Reservation
from callcore.ports.switch_events import LegParked
from callcore.runtime.mailbox import Mailbox


class InboundCalls:
    """Runs the script of every call; one greenlet each."""

    def __init__(self, site: Site, crew: Crew, promises: Promises) -> None:
        self._site = site
        self._crew = crew
        self._promises = promises
        self._following = Following(site, crew)

    def begin(self, arrival: LegParked) -> Call:
        """Begins to follow a caller who was parked; ``run`` is to be called in a greenlet."""
        caller = Caller(
            call_id=CallId(arrival.leg_id),
            leg_id=arrival.leg_id,
            node=arrival.node,
            number=arrival.caller_number,
            name=arrival.caller_name,
            dialled_number=arrival.dialled_number,
            arrived_at=arrival.at,
        )
        return self.follow(caller, is_adopted=False)

    def follow(self, caller: Caller, *, is_adopted: bool) -> Call:
        """Makes the mailbox of a call and sends its caller's leg's events there.

        Takes up the ledger that another worker has handed over with the call.
        """
        mailbox: Mailbox[Message] = Mailbox(self._site.clock)
        notes = self._crew.passing.take_up(caller.call_id)
        if notes is not None:
            caller = replace(notes.caller, leg_id=caller.leg_id, node=caller.node)
        call = Call(
            self._site, caller, mailbox, self._crew.freeing.caller_gone, is_adopted=is_adopted
        )
        if notes is not None:
            call.take_up(notes)
        self._crew.switchboard.follow(caller.call_id, caller.node, call.mailbox)
        self._crew.switchboard.claim(caller.leg_id, caller.call_id)
        self._crew.ledgers[caller.call_id] = call.ledger
        return call

    def joining(self, call: Call, queue: QueuePolicy, place: Place) -> Joining:
        """What the floor was told of a caller who took that place in another process."""
        standing = Standing(call, queue, place, self._crew.changes, Timers(call.mailbox))
        return standing.joining(restoring.WITHOUT_LIMIT)

    def run(self, call: Call, arrival: LegParked, heard_at: Micros) -> None:
        """The script of a call that has just arrived."""
        if arrival.is_line_answered:
            call.is_line_answered = True
            call.ledger.line_answered_at = arrival.at
        journey = self._journey(call)

        def begin() -> None:
            self._crew.lease_waiting.until_known(call)
            self._publish_arrival(call)
            journey.begin(arrival, heard_at)

        self._following.to_its_end(call, journey, begin)

    def turn_away(self, call: Call, arrival: LegParked) -> None:
        """The script of a caller who has just arrived and is not taken."""
        if arrival.is_line_answered:
            call.is_line_answered = True
            call.ledger.line_answered_at = arrival.at

        def refuse() -> None:
            self._crew.lease_waiting.until_known(call)
            self._publish_arrival(call)
            turning_away.turn_away(call, arrival)

        self._following.to_its_end(call, self._journey(call), refuse)

    def resume_waiting(
        self, call: Call, queue: QueuePolicy, place: Place, offers: OffersFound
    ) -> None:
        """The script of a caller whom another process left waiting, with these offers."""
        self._publish_arrival(call)
        journey = self._journey(call)

        def resume() -> None:
            offers.look(call)
            journey.resume(queue, place)

        self._following.to_its_end(call, journey, resume)

    def resume_asked(self, call: Call, menu: MenuName, variables: Mapping[str, str]) -> None:
        """The script of a caller whom another process left in a menu."""
        self._publish_arrival(call)
        journey = self._journey(call)
        self._following.to_its_end(call, journey, lambda: journey.go_on(menu, variables))

    def resume_talking(
        self, call: Call, queue: QueuePolicy, reservation: Reservation, bridged_at: Micros
    ) -> None:
        """The script of a caller who talks already; another process made the bridge."""
        self._publish_arrival(call)
        self._crew.switchboard.claim(reservation.leg_id, call.caller.call_id)
        journey = self._journey(call)
        self._following.to_its_end(
            call,
            journey,
            lambda: journey.talk(queue, reservation, bridged_at, is_adopted=True),
        )

    def resume_survey(self, call: Call, name: SurveyName | None, given: tuple[Given, ...]) -> None:
        """The script of a caller whom the agent has left, and another process was asking, or was
        about to.
        """
        self._publish_arrival(call)
        self._following.to_its_end(
            call, self._journey(call), lambda: survey.follow_up(call, name, given)
        )

    def resume_elsewhere(self, call: Call) -> None:
        """The script of a caller who is no longer ours to serve, to the end of the line."""
        self._publish_arrival(call)
        self._following.to_its_end(call, self._journey(call), lambda: None)

    def send_to_fallback(self, call: Call, queue: QueueName) -> None:
        """The script of a caller whom another process left in a queue that is no more."""
        fallback = self._site.policy.fallback

        def leave() -> None:
            PlaceLeaving(call, QueuePolicy(name=queue), self._crew.changes).give_up()
            call.hand_to_dialplan(fallback.extension, fallback.context)

        self._publish_arrival(call)
        self._following.to_its_end(call, self._journey(call), leave)

    def _journey(self, call: Call) -> Journey:
        return Journey(call, self._crew, self._promises)

    def _publish_arrival(self, call: Call) -> None:
        caller = call.caller
        self._site.facts.publish(
            CallArrived(
                at=caller.arrived_at,
                call_id=caller.call_id,
                node=caller.node,
                leg_id=caller.leg_id,
                caller_number=caller.number,
                caller_name=caller.name,
                dialled_number=caller.dialled_number,
                is_adopted=call.ledger.is_adopted,
            )
        )

"""A caller's way through queues and menus, until an agent has talked or it leads out of here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from callcore.domain import callbacks, entrance, treatments
from callcore.domain.ids import MenuName, Micros
from callcore.domain.policies import QueuePolicy, SitePolicy
from callcore.domain.treatments import (
    Said,
    ToCallback,
    ToMenu,
    ToQueue,
    ToSurvey,
)
from callcore.flows import leading_away, promise_finding, survey, treating
from callcore.flows.admitting import NotAdmittedError
from callcore.flows.call import Call
from callcore.flows.callback_in_line import CallbackAskedError
from callcore.flows.callback_offer import (
    PROMISED,
    CallbackOffer,
    take_leave,
    take_leave_again,
)
from callcore.flows.conversation import Conversation
from callcore.flows.crew import Crew
from callcore.flows.menu_walk import MenuWalk
from callcore.flows.offering import Offering
from callcore.flows.place_leaving import LeftQueueError, MovedError, PlaceLeaving
from callcore.flows.place_taking import keep_place, take_place
from callcore.flows.promising import Promised, Promises
from callcore.flows.prompting import WentToFallbackError
from callcore.flows.sending_on import SendingOn, Step
from callcore.flows.standing import Place
from callcore.flows.waiting_call import WaitingCall
from callcore.ports.stores import Reservation
from callcore.ports.switch_events import LegParked

MOST_STEPS = 30
"""How many queues and menus a caller is led through without anybody's decision: more is a circle
that nobody meant.
"""


class Journey:
    """The way of ``call``, begun anew whenever the dialplan hands the caller to us."""

    def __init__(self, call: Call, crew: Crew, promises: Promises) -> None:
        self._call = call
        self._crew = crew
        self._promises = promises
        self._walk = MenuWalk(call)
        self._sending = SendingOn(call)

    @property
    def _policy(self) -> SitePolicy:
        """The configuration of now: what the caller is led to next may have been taken out."""
        return self._call.site.policy

    def begin(self, arrival: LegParked, heard_at: Micros) -> None:
        """From the door: by number, caller list, and what the dialplan set."""
        call, policy = self._call, self._policy
        if promise := arrival.variables.get(PROMISED):
            self._take_leave_again(promise)
            return
        found = entrance.entrance(
            policy, arrival.variables, arrival.dialled_number, call.caller.number
        )
        for fault in found.faults:
            call.ledger.fault(fault)
        call.bring(found.wishes)
        self._walk.begin(arrival.variables)
        match found.to:
            case None:
                leading_away.turn_away(call, found.asked_for)
            case ToQueue(queue=name) as to:
                queue = policy.queues[name]
                place = self._place(arrival.at, keeps_join_time=queue.keeps_join_time)
                self._follow(Step(to=to, place=place), heard_at)
            case ToMenu() | ToSurvey() as to:
                self._follow(Step(to=to), heard_at)

    def resume(self, queue: QueuePolicy, place: Place) -> None:
        """From a queue where another process left the caller waiting."""
        now = self._call.site.clock.now()
        self._follow(Step(to=ToQueue(queue=queue.name), place=place, is_adopted=True), now)

    def go_on(self, menu: MenuName, variables: Mapping[str, str]) -> None:
        """From a menu where another process left the caller, with these variables on the leg."""
        self._call.stop_playing()  # what the other process had begun in the menu
        self._walk.begin(variables)
        self._follow(Step(to=ToMenu(menu=menu)), self._call.site.clock.now())

    def serve(self, queue: QueuePolicy, offering: Offering) -> None:
        """Follows the conversation that an offer has led to."""
        self.talk(queue, offering.reservation, offering.bridged_at)

    def talk(
        self,
        queue: QueuePolicy,
        reservation: Reservation,
        bridged_at: Micros,
        *,
        is_adopted: bool = False,
    ) -> None:
        """Follows a conversation to its end."""
        self._call.remember(
            waits_in="",
            talks_in=queue.name,
            offer=reservation.offer_id,
            agent=reservation.agent_id,
            bridged_at=str(bridged_at),
        )
        conversation = Conversation(
            self._call, queue, reservation, self._crew.freeing, self._crew.changes
        )
        conversation.follow(bridged_at, is_adopted=is_adopted)

    def _follow(self, step: Step | None, triggered_at: Micros) -> None:
        steps_count = 0
        while steps_count < MOST_STEPS:
            if step is None:
                return
            steps_count = 0 if step.is_decided else steps_count + 1
            try:
                step = self._take(step, triggered_at)
            except WentToFallbackError:
                self._went_to_fallback()
                return
            triggered_at = self._call.site.clock.now()
        self._lead_away(f"led through {MOST_STEPS} queues and menus")

    def _went_to_fallback(self) -> None:
        self._call.ledger.fault("the dead man's switch sent the caller to the fallback")
        self._call.remember(waits_in="", walks_in="", menu="", offers_callback="", promised="")

    def _take(self, step: Step, triggered_at: Micros) -> Step | None:
        match step.to:
            case ToMenu(menu=menu):
                return self._through(menu)
            case Said(then=then) as said:
                self._walk.say(said)
                return replace(step, to=then)
            case ToQueue() as to:
                self._walk.leave()
                return self._to_queue(to, step, triggered_at)
            case ToCallback() as to:
                self._walk.leave()
                return self._offer_callback(to, step)
            case ToSurvey(survey=name):
                self._walk.leave()
                survey.hold(self._call, name)
            case elsewhere:
                treating.send_off(self._call, elsewhere)
        return None

    def _to_queue(self, to: ToQueue, step: Step, triggered_at: Micros) -> Step | None:
        now = self._call.site.clock.now()
        place = step.place or self._place(now, keeps_join_time=to.keeps_join_time)
        queue = self._policy.queues.get(to.queue)
        if queue is None:
            self._lead_away(f"queue {to.queue} is not in the settings any more")
            return None
        return self._visit(queue, place, triggered_at, step)

    def _place(self, at: Micros, *, keeps_join_time: bool) -> Place:
        first = self._call.first_joined_at
        return Place(
            first_joined_at=first if first is not None and keeps_join_time else at, joined_at=at
        )

    def _lead_away(self, fault: str) -> None:
        self._walk.leave()
        leading_away.lead_away(self._call, fault)

    def _through(self, name: MenuName) -> Step | None:
        menu = self._policy.menus.get(name)
        if menu is None:
            self._lead_away(f"menu {name} is not in the settings any more")
            return None
        chosen = self._walk.through(menu)
        return Step(to=chosen.choice.to, is_decided=bool(chosen.key))

    def _visit(
        self,
        queue: QueuePolicy,
        place: Place,
        triggered_at: Micros,
        step: Step,
    ) -> Step | None:
        call, is_adopted = self._call, step.is_adopted
        promised = promise_finding.promised_in(call, queue) if is_adopted else None
        if promised is not None:
            PlaceLeaving(call, queue, self._crew.changes).give_up()
            self._promised(queue, promised)
            return None
        call.first_joined_at = place.first_joined_at
        left_place = place
        try:
            taken = (
                keep_place(call, queue, place, self._crew, is_adopted=is_adopted)
                if is_adopted or step.is_moved
                else take_place(call, queue, place, self._crew)
            )
            left_place = taken.standing.place
            if is_adopted:
                promise_finding.end_that_of_a_lost_switch(call, queue, self._crew)
            visit = WaitingCall(call, queue, taken, self._crew, self._promises)
            offering = visit.wait(triggered_at, is_adopted=is_adopted)
        except NotAdmittedError as refused:
            return self._sending.refused(queue, refused.reason, left_place)
        except MovedError as moved:
            call.ledger.visits.sent_on(treatments.in_words(ToQueue(queue=moved.queue)))
            to = ToQueue(queue=moved.queue)
            return Step(to=to, place=moved.place, is_moved=True, is_decided=True)
        except CallbackAskedError as asked:
            self._promised(queue, asked.promised)
            return None
        except LeftQueueError as left:
            return self._sending.left(queue, left.reason, left_place)
        self.serve(queue, offering)
        return None

    def _promised(self, queue: QueuePolicy, promised: Promised) -> None:
        """Takes leave of a caller who has asked for a callback while waiting."""
        prompts = callbacks.policy_of(queue).promised_prompts
        take_leave(self._call, queue, promised, prompts, self._crew.changes)

    def _take_leave_again(self, promise: str) -> None:
        """The same, begun by a process that is no more."""
        try:
            take_leave_again(self._call, promise)
        except WentToFallbackError:
            self._went_to_fallback()

    def _offer_callback(self, to: ToCallback, step: Step) -> Step | None:
        """A caller who is promised one is on the way out; others go on."""
        call, now = self._call, self._call.site.clock.now()
        queue = self._policy.queues.get(to.queue) if to.queue is not None else None
        if queue is not None:
            place = step.place or self._place(now, keeps_join_time=True)
            if step.sent_by is not None and step.sent_by[0] != queue.name:
                place = replace(place, joined_at=now)
            place = replace(place, is_resumed=False)
            offer = CallbackOffer(call, to, queue, place, self._promises, self._crew.changes)
            if offer.make():
                return None
        if step.sent_by is None:
            return Step(to=to.otherwise)
        return self._sending.sent_on(to.otherwise, *step.sent_by, step.place)

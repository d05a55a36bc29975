"""What finds and mends what was missed, lost or handed over, put together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from callcore.flows.adoption import Adoption
from callcore.flows.floor_keeping import FloorKeeping
from callcore.flows.floor_retelling import FloorRetelling
from callcore.flows.giving_up import GivingUp
from callcore.flows.handing_over import Scripts
from callcore.flows.lease_watch import LeaseWatch
from callcore.flows.leg_watch import LegWatch
from callcore.flows.letters import Letters
from callcore.flows.messages.between import FloorLost
from callcore.flows.node_loss import NodeLoss
from callcore.flows.reclaiming import Reclaiming
from callcore.flows.remote_waiters import NoLetters
from callcore.flows.service import RunScript, Service
from callcore.flows.site import Site
from callcore.flows.standing_legs import StandingLegs
from callcore.flows.taking_over import TakingOver
from callcore.flows.unheard_ends import UnheardEnds
from callcore.flows.unheard_past import UnheardPast
from callcore.ports.stores import StoreError

Spawn = Callable[[str, Callable[[], None]], object]
"""Starts a named greenlet."""


class Recovery:
    """Compares the floor with the switches, and takes calls over and lets go of them."""

    def __init__(
        self,
        site: Site,
        spawn: Spawn,
        scripts: Scripts,
        run_script: RunScript,
        service: Service,
        standing: StandingLegs,
        letters: Letters | None,
    ) -> None:
        self._spawn = spawn
        crew, phone_watch = service.crew, service.phone_watch
        board, freeing = crew.switchboard, crew.freeing
        past = UnheardPast(site, freeing)
        self.ends = UnheardEnds(
            site, crew.switchboard, past, crew.keeping, crew.passing, service.callbacks.promises
        )
        self.reclaiming = reclaiming = Reclaiming(
            site,
            board,
            freeing,
            Adoption(site, service.calls, past, run_script),
            self.ends,
            crew.passing,
            service.callbacks,
            standing,
        )
        post = letters or NoLetters()
        self.retelling = FloorRetelling(site, crew.dispatcher, board, crew.changes, post)
        self.floor = FloorKeeping(
            site,
            spawn,
            crew,
            service.queue_watch,
            phone_watch,
            reclaiming,
            self.retelling,
            lambda: post.send_all(FloorLost()),
        )
        self.lease_watch = LeaseWatch(site, board, freeing, reclaiming, self.floor.emptied)
        self.node_loss = NodeLoss(site, spawn, board, reclaiming, phone_watch)
        self.leg_watch = LegWatch(site, board, reclaiming, crew.changes)
        self.giving_up = GivingUp(site, crew, scripts)
        self.taking_over = TakingOver(
            site, spawn, board, scripts, crew.dispatcher, phone_watch, reclaiming
        )

    def look_for_loss(self) -> None:
        """A beat has shown that the floor may have lost what it knew, or a colleague says so; does
        not wait.
        """

        def look() -> None:
            with suppress(StoreError):  # Redis is gone once more: the lease watch looks then
                self.lease_watch.look_for_loss()

        self._spawn("look for loss", look)

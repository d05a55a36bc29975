"""The floor: who waits, who serves, who is promised to whom. All of it lives in Redis.

Each change is one atomic step that commits only if it is still true, answers with a word, and is
idempotent by its ``request_id``: repeated with the same id it answers the same and changes
nothing. Every method may raise ``StoreUnavailableError``; the change may have happened then.
"""

from callcore.ports.store_faults import (
    LeaseLapsedError,
    StoreError,
    StoreUnavailableError,
)
from callcore.ports.stores.agents import (
    AgentAnswer,
    AskingOrder,
    Doing,
    FloorAgent,
    Freed,
    Kept,
    Post,
    StandingLeg,
)
from callcore.ports.stores.calls import FloorCall, FloorCallState, Outlook, QueueCounts
from callcore.ports.stores.offers import (
    OfferAnswer,
    Reservation,
    ReserveAnswer,
)
from callcore.ports.stores.pairing import (
    Candidates,
    FloorDemand,
    FloorPromise,
    FreeAgent,
    Look,
    WaitingCaller,
)
from callcore.ports.stores.places import (
    SEARCH_SECONDS,
    JoinAnswer,
    Joined,
    Joining,
    LeaveAnswer,
    MoveAnswer,
    RescoreAnswer,
)
from callcore.ports.stores.roster import Roster
from callcore.ports.stores.shards import (
    Census,
    Holding,
    ShardLeases,
    WorkerCard,
)
from callcore.ports.stores.waiting_room import WaitingRoom

__all__ = [
    "SEARCH_SECONDS",
    "AgentAnswer",
    "AskingOrder",
    "Candidates",
    "Census",
    "Doing",
    "FloorAgent",
    "FloorCall",
    "FloorCallState",
    "FloorDemand",
    "FloorPromise",
    "FreeAgent",
    "Freed",
    "Holding",
    "JoinAnswer",
    "Joined",
    "Joining",
    "Kept",
    "LeaseLapsedError",
    "LeaveAnswer",
    "Look",
    "MoveAnswer",
    "OfferAnswer",
    "Outlook",
    "Post",
    "QueueCounts",
    "RescoreAnswer",
    "Reservation",
    "ReserveAnswer",
    "Roster",
    "ShardLeases",
    "StandingLeg",
    "StoreError",
    "StoreUnavailableError",
    "WaitingCaller",
    "WaitingRoom",
    "WorkerCard",
]

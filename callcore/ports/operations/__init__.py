"""What operators may do to queues, calls and agents while they go on: the interface of the command
line.

Every change is whole or not at all, and says who asked for it.
"""

from callcore.ports.operations.agents import (
    AgentView,
    DutyAnswer,
    DutyChange,
    DutyOrder,
)
from callcore.ports.operations.callbacks import (
    CallbackAnswer,
    CallbackRequest,
    CallbackView,
)
from callcore.ports.operations.calls import (
    Explanation,
    QueueView,
    WaitingView,
)
from callcore.ports.operations.configuration import (
    ConfigView,
    ReloadAnswer,
)
from callcore.ports.operations.faults import (
    CallbackRefusedError,
    ConfigRefusedError,
    DutyRefusedError,
    MoveRefusedError,
    NoConfigError,
    NotReadyError,
    NotWaitingError,
    OperationError,
    OutOfRangeError,
    UnknownAgentError,
    UnknownBreakError,
    UnknownCallError,
    UnknownQueueError,
)
from callcore.ports.operations.interface import (
    Operations,
)

__all__ = [
    "AgentView",
    "CallbackAnswer",
    "CallbackRefusedError",
    "CallbackRequest",
    "CallbackView",
    "ConfigRefusedError",
    "ConfigView",
    "DutyAnswer",
    "DutyChange",
    "DutyOrder",
    "DutyRefusedError",
    "Explanation",
    "MoveRefusedError",
    "NoConfigError",
    "NotReadyError",
    "NotWaitingError",
    "OperationError",
    "Operations",
    "OutOfRangeError",
    "QueueView",
    "ReloadAnswer",
    "UnknownAgentError",
    "UnknownBreakError",
    "UnknownCallError",
    "UnknownQueueError",
    "WaitingView",
]

"""What operators may do to queues, calls and agents while they go on: the interface of the command
line.

Every change is whole or not at all, and says who asked for it.
"""

from callcore.ports.operations.agents import (
    AgentView,
    BreakView,
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
    NumberOnCallError,
    OperationError,
    OutOfRangeError,
    TooLateError,
    UnknownAgentError,
    UnknownBreakError,
    UnknownCallError,
    UnknownNodeError,
    UnknownQueueError,
)
from callcore.ports.operations.forgetting import (
    Forgotten,
)
from callcore.ports.operations.interface import (
    Operations,
)
from callcore.ports.operations.nodes import (
    NodeView,
)
from callcore.ports.operations.status import (
    AgentStatus,
    NodeStatus,
    QueueStatus,
    SiteStatus,
)

__all__ = [
    "AgentStatus",
    "AgentView",
    "BreakView",
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
    "Forgotten",
    "MoveRefusedError",
    "NoConfigError",
    "NodeStatus",
    "NodeView",
    "NotReadyError",
    "NotWaitingError",
    "NumberOnCallError",
    "OperationError",
    "Operations",
    "OutOfRangeError",
    "QueueStatus",
    "QueueView",
    "ReloadAnswer",
    "SiteStatus",
    "TooLateError",
    "UnknownAgentError",
    "UnknownBreakError",
    "UnknownCallError",
    "UnknownNodeError",
    "UnknownQueueError",
    "WaitingView",
]

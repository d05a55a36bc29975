"""What a queue learns from each caller and agent, as sums of which old parts fade.

A lesson names the sums it adds to. The floor keeps them by name without knowing what they mean;
``rates`` reads them.
"""

from __future__ import annotations

from callcore.domain.estimates import agent_time, experience, overtaking, patience
from callcore.domain.estimates.sums import Lesson, Term, usable
from callcore.domain.estimates.wait import Wait

KEPT = 0.9995
SHARING_KEPT = 0.998
"""What is left of earlier lessons by each further one; agents are shared anew as queues fill."""


def of_service(*, seconds: float, answer_seconds: float, priority: int) -> Lesson:
    """An agent is free again ``seconds`` after being reserved for a caller, with whom the talk
    began ``answer_seconds`` after that; ``priority`` is the caller's own, as at the beginning.
    """
    return (
        *agent_time.served(usable(seconds), usable(answer_seconds)),
        *overtaking.served(priority),
    )


def of_lost_offer(seconds: float) -> Lesson:
    """An agent was kept for so long without a talk: a phone or a customer did not answer."""
    return agent_time.lost(usable(seconds))


def of_wait(
    seconds: float,
    *,
    is_served: bool,
    is_abandoned: bool,
    is_callback: bool,
    expected: Wait | None,
    busy_share: float | None = None,
) -> Lesson:
    """A stay in the queue of ``seconds`` has ended; neither served nor abandoned is censored.

    When it began ``expected`` was the wait that was predicted, ``None`` if none was, or an agent
    was free; and ``busy_share`` of the agents had no time, ``None`` if that is not known.
    """
    waited = usable(seconds)
    lesson: list[Term] = []
    if waited > 0:
        lesson = [
            Term(name="abandoned_weight", kept=KEPT, added=float(is_abandoned)),
            Term(name="waited_seconds", kept=KEPT, added=waited),
            *patience.lesson(waited, is_abandoned=is_abandoned),
        ]
    # A promise waits for its customer too, and for its hours: that says nothing of the line.
    if not is_callback:
        if is_served:
            lesson.append(Term(name="last_wait_seconds", kept=0.0, added=waited))
        if expected is not None:
            lesson += experience.lesson(waited, expected, is_served=is_served)
        if busy_share is not None:
            lesson += overtaking.came(busy_share)
    return tuple(lesson)


def of_sharing(*, is_here: bool) -> Lesson:
    """An agent of this and other queues became free while somebody waited here, and took a caller
    of one of them.
    """
    return (
        Term(name="shared_weight", kept=SHARING_KEPT, added=1.0),
        Term(name="shared_here_weight", kept=SHARING_KEPT, added=float(is_here)),
    )

"""How long a caller will wait, learnt from the queue's own callers and agents."""

from callcore.domain.estimates.lessons import of_lost_offer, of_service, of_sharing, of_wait
from callcore.domain.estimates.predictors import places_within, wait
from callcore.domain.estimates.rates import LEAST_SERVED_WEIGHT, Rates, rates
from callcore.domain.estimates.sums import Lesson, Lessons, Term
from callcore.domain.estimates.wait import Line, UnknownWait, Wait

__all__ = [
    "LEAST_SERVED_WEIGHT",
    "Lesson",
    "Lessons",
    "Line",
    "Rates",
    "Term",
    "UnknownWait",
    "Wait",
    "of_lost_offer",
    "of_service",
    "of_sharing",
    "of_wait",
    "places_within",
    "rates",
    "wait",
]

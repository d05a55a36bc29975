"""A call record as rows of the nine tables, in the order of their columns."""

from callcore.adapters.postgres.rows.callbacks import CALLBACK_ASKINGS, CALLBACK_ATTEMPTS
from callcore.adapters.postgres.rows.callers import DIGIT_PRESSES, RECORDINGS, SURVEY_ANSWERS
from callcore.adapters.postgres.rows.calls import CALLS
from callcore.adapters.postgres.rows.offers import DECISIONS, OFFERS
from callcore.adapters.postgres.rows.visits import VISITS

TABLES = (
    CALLS,
    VISITS,
    OFFERS,
    DECISIONS,
    DIGIT_PRESSES,
    RECORDINGS,
    SURVEY_ANSWERS,
    CALLBACK_ATTEMPTS,
    CALLBACK_ASKINGS,
)
"""The calls first: the others refer to them."""

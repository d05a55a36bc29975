"""What the caller pressed and answered, and what was recorded."""

from __future__ import annotations

from callcore.adapters.postgres.binary_copy import instant, text, word
from callcore.adapters.postgres.rows.tables import Column, Table

DIGIT_PRESSES = Table(
    name="digit_presses",
    parts="digits",
    number="press_number",
    own=(Column("pressed_at", instant, "at"), Column("digit", word)),
)

RECORDINGS = Table(
    name="recordings",
    parts="recordings",
    number="recording_number",
    own=(Column("path", text), Column("started_at", instant), Column("stopped_at", instant)),
)

SURVEY_ANSWERS = Table(
    name="survey_answers",
    parts="survey_answers",
    number="answer_number",
    own=(
        Column("answered_at", instant, "at"),
        Column("survey", word),
        Column("question", word),
        Column("answer", word),
        Column("queue", word),
        Column("agent_id", word),
        Column("offer_id", text),
    ),
)

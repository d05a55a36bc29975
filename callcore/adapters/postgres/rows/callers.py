"""What the caller pressed and answered, and what was recorded."""

from __future__ import annotations

from callcore.adapters.postgres.rows.tables import Table, numbered
from callcore.adapters.postgres.scalars import Row, clean, clean_or_none, instant
from callcore.domain.records import DigitPress, Recording, SurveyAnswer


def _digit_press(press: DigitPress) -> Row:
    return (instant(press.at), clean(press.digit))


DIGIT_PRESSES = Table(
    name="digit_presses",
    columns=("call_id", "press_number", "pressed_at", "digit"),
    rows=numbered(lambda record: record.digits, _digit_press),
)


def _recording(recording: Recording) -> Row:
    return (
        clean(recording.path),
        instant(recording.started_at),
        instant(recording.stopped_at),
    )


RECORDINGS = Table(
    name="recordings",
    columns=("call_id", "recording_number", "path", "started_at", "stopped_at"),
    rows=numbered(lambda record: record.recordings, _recording),
)


def _survey_answer(answer: SurveyAnswer) -> Row:
    return (
        instant(answer.at),
        clean(answer.survey),
        clean(answer.question),
        clean(answer.answer),
        clean_or_none(answer.queue),
        clean_or_none(answer.agent_id),
        clean_or_none(answer.offer_id),
    )


SURVEY_ANSWERS = Table(
    name="survey_answers",
    columns=(
        "call_id",
        "answer_number",
        "answered_at",
        "survey",
        "question",
        "answer",
        "queue",
        "agent_id",
        "offer_id",
    ),
    rows=numbered(lambda record: record.survey_answers, _survey_answer),
)

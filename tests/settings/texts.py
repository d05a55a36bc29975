"""Settings around the part that a test is about."""

AGENTS = """
agents:
  a: {name: A, contact: user/1, queues: [support, sales], skills: {english: 40, billing: 100}}
  b: {name: B, contact: user/2, queues: [support], skills: {english: 80}}
"""


def in_queue(settings: str) -> str:
    return f"queues: {{sales: {{}}, support: {{{settings}}}}}" + AGENTS


def in_hours(settings: str) -> str:
    return f"queues: {{support: {{}}}}\nhours: {{office: {{{settings}}}}}"


def in_menu(settings: str) -> str:
    return f"queues: {{support: {{}}}}\nmenus: {{main: {{{settings}}}}}" + AGENTS.replace(
        ", sales", ""
    )


ONE_OF_TREATMENTS = (
    "expected one of queue, menu, extension, number, voicemail, callback, survey, or prompts and "
    "cause, found"
)

"""Circles and dead ends of the front door are faults, what nothing leads to is a warning."""

import pytest

QUEUES = """
hours: {office: {timezone: UTC, week: {monday: [08:00-16:00]}}}
caller_lists: {vip: {numbers: ["1"]}}
lookups: {crm: {url: "https://crm.example"}}
queues: {support: }
"""
DEAD_END = "a dead end: whatever they press or answer, callers are hung up without a word or led "


@pytest.fixture
def told(faults):
    """The faults of these menus, without places."""

    def of(menus: str) -> list[str]:
        return [line.split(": ", 1)[1] for line in faults(f"{QUEUES}menus:\n{menus}")]

    return of


@pytest.mark.parametrize(
    ("menu", "way"),
    [
        ("hours: office, open: {queue: support}, closed: {menu: next}", "closed"),
        ("hours: office, open: {menu: next}, closed: {queue: support}", "open"),
        ("lists: {vip: {menu: next}}, otherwise: {queue: support}", "lists.vip"),
        ("lists: {vip: {queue: support}}, otherwise: {say: [a], menu: next}", "otherwise"),
        ("lookup: crm, branches: {x: {menu: next}}, otherwise: {queue: support}", "branches.x"),
        ("lookup: crm, failed: {menu: next}, otherwise: {queue: support}", "failed"),
        ("prompts: [a], choices: {'1': {queue: support}}, otherwise: {menu: next}", "otherwise"),
    ],
)
def test_no_way_leads_round_without_a_decision(told, menu, way):
    """By whatever kind of menu; it is told at the way that begins it."""
    menus = f"""
  first: {{{menu}}}
  next: {{hours: office, open: {{say: [a], menu: first}}, closed: {{queue: support}}}}
"""
    circle = "callers could be sent round in a circle: menu first -> menu next -> menu first"
    assert told(menus) == [f"menus.first.{way}: {circle}"]


def test_keys_lead_round_as_often_as_callers_like(load):
    """They decide every time."""
    load(
        QUEUES
        + """
menus:
  first: {hours: office, open: {menu: next}, closed: {menu: next}}
  next: {prompts: [a], choices: {"1": {say: [b], menu: first}, "2": {queue: support}}}
"""
    )


@pytest.mark.parametrize(
    "ways",
    [
        "prompts: [a], choices: {'1': {cause: USER_BUSY}}, otherwise: {cause: USER_BUSY}",
        "prompts: [a], choices: {'1': {menu: end}, '2': {say: [b], menu: end}}, "
        "otherwise: {cause: USER_BUSY}",
        "hours: office, open: {cause: USER_BUSY}, closed: {cause: NO_ANSWER}",
        "lists: {vip: {cause: USER_BUSY}}, otherwise: {cause: USER_BUSY}",
        "lookup: crm, otherwise: {cause: USER_BUSY}",
    ],
)
def test_menu_that_leads_nowhere_is_told(told, ways):
    """Of every kind, and so is one that leads only there."""
    menus = f"""
  end: {{{ways}}}
  before: {{prompts: [a], choices: {{"1": {{menu: end}}}}, otherwise: {{cause: NORMAL_CLEARING}}}}
"""
    assert [line[: line.index("round")] for line in told(menus)] == [
        f"menus.end: {DEAD_END}",
        f"menus.before: {DEAD_END}",
    ]


@pytest.mark.parametrize(
    "way",
    [
        "{queue: support}",
        "{extension: 5000}",
        "{number: '123'}",
        "{voicemail: '7'}",
        "{survey: csat}",
        "{callback: {queue: support}}",
        "{prompts: [a]}",
        "{say: [a], cause: USER_BUSY}",
        "{menu: other}",
        "{say: [a], menu: other}",
    ],
)
def test_one_way_out_is_enough(load, way):
    """To somebody, or to a word: through another menu too."""
    load(f"""
dialplan: {{callback_contact: "sofia/gateway/x/{{number}}"}}
queues: {{support: {{callback: {{}}}}}}
surveys: {{csat: }}
menus:
  end: {{prompts: [a], choices: {{"1": {way}}}, otherwise: {{cause: USER_BUSY}}}}
  other: {{prompts: [a], choices: {{"1": {{menu: end}}}}}}
""")


def test_way_out_may_be_long(load):
    """Through any number of menus, in whatever order they stand."""
    load("""
queues: {support: }
menus:
  a: {prompts: [a], choices: {"1": {menu: b}}, otherwise: {cause: USER_BUSY}}
  b: {prompts: [a], choices: {"1": {menu: c}}, otherwise: {cause: USER_BUSY}}
  c: {prompts: [a], choices: {"1": {menu: d}}, otherwise: {cause: USER_BUSY}}
  d: {prompts: [a], choices: {"1": {queue: support}}, otherwise: {cause: USER_BUSY}}
""")


def test_menu_with_extensions_is_no_dead_end(load):
    """Somebody may be dialled."""
    load("""
queues: {support: }
menus: {dial: {prompts: [a], extensions: [10-19], otherwise: {cause: USER_BUSY}}}
""")


def test_menu_whose_way_out_has_a_fault_is_no_dead_end(told):
    """Only the fault is told."""
    menus = '  end: {prompts: [a], choices: {"1": {queue: x}}, otherwise: {cause: USER_BUSY}}'
    assert told(menus) == ["menus.end.choices.1.queue: unknown queue 'x'"]


UNREACHED = (
    "no number, queue or menu leads here: nobody hears it, unless the dialplan names it in "
    "callcore_menu"
)


def test_menus_that_nothing_leads_to_are_told(load):
    """Each once, where the way would begin; of two that lead to each other only, the first."""
    text = """
queues: {support: {overflow: {closed: {say: [a], menu: overflown}}}}
numbers: {1: {menu: named}}
menus:
  named: {prompts: [a], choices: {"1": {menu: after}}}
  after: {prompts: [a], choices: {"1": {queue: support}}}
  overflown: {prompts: [a], choices: {"1": {queue: support}}}
  behind: {prompts: [a], choices: {"1": {queue: support}}}
  alone: {prompts: [a], choices: {"1": {menu: behind}, "2": {menu: alone}}}
  one: {prompts: [a], choices: {"1": {menu: other}}}
  other: {prompts: [a], choices: {"1": {menu: one}}}
"""
    assert [str(one).partition("callcore.yaml:")[2] for one in load(text).warnings] == [
        f"9:3: menus.alone: {UNREACHED}",
        f"10:3: menus.one: {UNREACHED}",
    ]


def test_lookups_hooks_and_surveys_that_nothing_leads_to_are_told(load):
    """Whatever leads to the others: a number, a queue, a menu's key, what follows an offer."""
    text = """
dialplan: {callback_contact: "sofia/gateway/x/{number}", callable_numbers: {allowed: [+48, 2]}}
hooks: {sms: {url: "https://sms.example"}, mail: {url: "https://mail.example"}}
lookups: {crm: {url: "https://crm.example"}, billing: {url: "https://billing.example"}}
surveys: {a: , b: , c: , d: , e: }
numbers: {1: {survey: a}, 2: {menu: door}}
queues:
  support:
    survey: b
    callback: {notices: {over: sms}}
    overflow: {closed: {callback: {otherwise: {say: [x], survey: c}}}}
menus: {door: {lookup: crm, otherwise: {queue: support}, failed: {survey: d}}}
"""
    assert [str(one).split(": ", 1)[1] for one in load(text).warnings] == [
        "lookups.billing: no menu asks it",
        "hooks.mail: nothing is told to it: name it in callback.notices of a queue",
        "surveys.e: no queue, number or menu leads to it",
    ]


def test_nothing_is_told_of_what_has_faults(told):
    """What a part with a fault would lead to is not known."""
    menus = "  alone: {prompts: [a], choices: {1: {queue: x}}}"
    assert told(menus) == ["menus.alone.choices.1.queue: unknown queue 'x'"]

"""What cannot be meant is told with its place and a remedy, alone and across parts of the file."""

import pytest

from callcore.settings import caller_lists, public_holidays

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
    "expected one of queue, menu, extension, number, voicemail, callback, or prompts and cause, "
    "found"
)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("hours: ofice", "hours: unknown hours 'ofice'"),
        (
            "hours: Office",
            "hours: expected 1 to 48 lower-case letters, digits, '-' or '_', found 'Office'",
        ),
        ("weight: 0", "weight: must be greater than 0, found 0"),
        ("priority: 1001", "priority: must be -1000 to 1000, found 1001"),
        ("exit_key: 10", "exit_key: must be one key: 0 to 9, * or #, found '10'"),
        (
            "maximum_estimate_seconds: 0",
            "maximum_estimate_seconds: must be greater than 0, found 0",
        ),
        ("no_agents_grace_seconds: -1", "no_agents_grace_seconds: must not be negative, found -1"),
        ("waiting_per_agent: {}", "waiting_per_agent.ratio: is missing"),
        (
            "waiting_per_agent: {ratio: 0}",
            "waiting_per_agent.ratio: must be greater than 0, found 0",
        ),
        (
            "waiting_per_agent: {ratio: 1, floor: 9, ceiling: 8}",
            "waiting_per_agent.ceiling: must be at least 1 and not below floor, found 8",
        ),
        (
            "maximum_waiting: 50, waiting_per_agent: {ratio: 1, ceiling: 51}",
            "waiting_per_agent.ceiling: must not be above maximum_waiting, 50, found 51",
        ),
        (
            "waiting_per_agent: {ratio: 1, floor: 1001, ceiling: 1001}, maximum_waiting: 1001x",
            "maximum_waiting: expected a whole number such as 15, found '1001x'",
        ),
        (
            "maximum_waiting: 5, waiting_per_agent: {ratio: 1, ceiling: x}",
            "waiting_per_agent.ceiling: expected a whole number such as 15, found 'x'",
        ),
        ("waiting_per_agent: 3", "waiting_per_agent: expected a mapping, found '3'"),
        (
            "answer: at_pickup",
            "answer: expected at_join or at_pick_up, found 'at_pickup'; did you mean 'at_pick_up'?",
        ),
        (
            "answer: at_pick_up, unanswered: {limit_seconds: 0}",
            "unanswered.limit_seconds: must be greater than 0, found 0",
        ),
        ("strategy: ring_all, ring_at_most: 101", "ring_at_most: must be 1 to 100, found 101"),
        ("tiers: {skips_absent_levels: true}", "tiers.relax_after_seconds: is missing"),
        (
            "tiers: {relax_after_seconds: 0}",
            "tiers.relax_after_seconds: must be greater than 0, found 0",
        ),
        ("sticky_agent: {days: 0}", "sticky_agent.days: must be greater than 0, found 0"),
        (
            "maximum_wait_seconds: 60, sticky_agent: {wait_seconds: 60}",
            "sticky_agent.wait_seconds: must be less than maximum_wait_seconds, 60: nobody else "
            "would be asked before callers leave, found 60",
        ),
        (
            "maximum_wait_seconds: 15, sticky_agent: {}",
            "sticky_agent.wait_seconds: must be less than maximum_wait_seconds, 15: nobody else "
            "would be asked before callers leave, found 20",
        ),
        (
            "maximum_wait_seconds: 15, sticky_agent: {wait_seconds: x}",
            "sticky_agent.wait_seconds: expected a number such as 15 or 2.5, found 'x'",
        ),
        (
            "maximum_wait_seconds: 2h, sticky_agent: {wait_seconds: 4000}",
            "maximum_wait_seconds: expected a number such as 15 or 2.5, found '2h'",
        ),
        ("sticky_agent: true", "sticky_agent: expected a mapping, found 'true'"),
        ("ageing: {curve: {60: 1}}", "ageing.cap: is missing"),
        ("ageing: {cap: 9}", "ageing.curve: is missing"),
        ("ageing: {cap: 9, curve: {}}", "ageing.curve: must have at least one point"),
        ("ageing: {cap: 9, curve: [1]}", "ageing.curve: expected a mapping, found a list"),
        ("ageing: {cap: 1001, curve: {60: 1}}", "ageing.cap: must be -1000 to 1000, found 1001"),
        (
            "ageing: {cap: 9, curve: {1m: 1}}",
            "ageing.curve.1m: expected a number such as 15 or 2.5, found '1m'",
        ),
        (
            "ageing: {cap: 9, curve: {60: 1.5}}",
            "ageing.curve.60: expected a whole number such as 15, found '1.5'",
        ),
        (
            "ageing: {cap: 9, curve: {60: 1, 30: 2}}",
            "ageing.curve.30: must be later than the 60 seconds of the point before",
        ),
        (
            "ageing: {cap: 9, curve: {60: 2, 90: 2}}",
            "ageing.curve.90: must be more than the 2 of the point before, found 2",
        ),
        (
            "ageing: {cap: 9, curve: {60: 0}}",
            "ageing.curve.60: must be more than the 0 of the point before, found 0",
        ),
        (
            "ageing: {cap: 9, curve: {0: 1}}",
            "ageing.curve.0: must be later than the 0 seconds of the point before",
        ),
        (
            "skills: engish >= 50",
            "skills: no agent has the skill 'engish'; did you mean 'english'?",
        ),
        (
            "skills: english => 50",
            "skills: at character 10: expected a level of 0 to 100, found '>'",
        ),
        ("skills: {english: 50}", "skills: expected a rule such as english >= 50, found a mapping"),
        ("skills: english > 80", "skills: no agent of queue support meets it"),
        (
            "skills: [{after_seconds: 0, rule: english > 80}, {after_seconds: 9, rule: english}]",
            "skills[0].rule: no agent of queue support meets it",
        ),
        (
            "skills: [{after_seconds: 5, rule: english}]",
            "skills[0].after_seconds: the first step must begin at 0, found 5",
        ),
        (
            "skills: [{after_seconds: 0, rule: english > 50}, {after_seconds: 0, rule: english}]",
            "skills[1].after_seconds: must be greater than the 0 of the step before, found 0",
        ),
        ("skills: [{after_seconds: 0}]", "skills[0].rule: is missing"),
        ("skills: [{rule: english}]", "skills[0].after_seconds: is missing"),
        ("skills: [english]", "skills[0]: expected a mapping, found 'english'"),
        (
            "maximum_wait_seconds: 60, skills: [{after_seconds: 0, rule: english}, "
            "{after_seconds: 60, rule: ''}]",
            "skills[1].after_seconds: has no effect: callers leave after maximum_wait_seconds, 60",
        ),
        (
            "maximum_wait_seconds: 2h, skills: [{after_seconds: 0, rule: english}, "
            "{after_seconds: 3600, rule: ''}]",
            "maximum_wait_seconds: expected a number such as 15 or 2.5, found '2h'",
        ),
        ("unanswered: {then: answer}", "unanswered: has no effect without answer: at_pick_up"),
        ("answer: at_join, unanswered: {}", "unanswered: has no effect without answer: at_pick_up"),
        (
            "ring_more_after_seconds: 5",
            "ring_more_after_seconds: has no effect without strategy: ring_progressively",
        ),
        (
            "strategy: ringall, ring_more_after_seconds: 5",
            "ring_more_after_seconds: has no effect without strategy: ring_progressively",
        ),
        (
            "strategy: random, ring_at_most: 5",
            "ring_at_most: has no effect without strategy: ring_all or ring_progressively",
        ),
        (
            "overflow: {closes_too_soon: {queue: sales}}",
            "overflow.closes_too_soon: has no effect without hours",
        ),
        (
            "overflow: {no_agents: {queue: sales}}",
            "overflow.no_agents: has no effect without "
            "admits_without_agents: false or no_agents_grace_seconds",
        ),
        (
            "overflow: {estimate_too_long: {queue: sales}}",
            "overflow.estimate_too_long: has no effect without maximum_estimate_seconds",
        ),
        (
            "exit_key: null, overflow: {exit_key: {queue: sales}}",
            "overflow.exit_key: has no effect without exit_key",
        ),
        (
            "answer: at_pick_up, overflow: {unanswered_too_long: {queue: sales}}",
            "overflow.unanswered_too_long: has no effect without answer: at_pick_up and "
            "unanswered with "
            "then: overflow",
        ),
        (
            "overflow: {que_full: {queue: sales}}",
            "overflow.que_full: expected queue_full or closed or "
            "closes_too_soon or no_agents or maximum_wait or estimate_too_long or exit_key or "
            "withdrawn "
            "or unanswered_too_long, found 'que_full'; did you mean 'queue_full'?",
        ),
        ("overflow: [sales]", "overflow: expected a mapping, found a list"),
        ("overflow: {closed: sales}", "overflow.closed: expected a mapping, found 'sales'"),
        ("overflow: {closed: }", "overflow.closed: expected a mapping, found nothing"),
        ("overflow: {closed: {}}", f"overflow.closed: {ONE_OF_TREATMENTS} none"),
        (
            "overflow: {closed: {queue: sales, voicemail: '7'}}",
            f"overflow.closed: {ONE_OF_TREATMENTS} queue and voicemail",
        ),
        (
            "overflow: {closed: {number: '7', cause: NO_ANSWER}}",
            f"overflow.closed: {ONE_OF_TREATMENTS} number and prompts",
        ),
        (
            "overflow: {closed: {queue: sale}}",
            "overflow.closed.queue: unknown queue 'sale'; did you mean 'sales'?",
        ),
        ("overflow: {closed: {menu: main}}", "overflow.closed.menu: unknown menu 'main'"),
        (
            "overflow: {closed: {queue: sales, context: x}}",
            "overflow.closed.context: goes with extension only",
        ),
        (
            "overflow: {closed: {prompts: []}}",
            "overflow.closed.prompts: must not be empty without a cause",
        ),
        (
            "overflow: {closed: {prompts: [/etc/passwd]}}",
            "overflow.closed.prompts[0]: expected a "
            "recording such as menus/main, without directory, language and ending, found "
            "'/etc/passwd'",
        ),
        (
            "overflow: {closed: {prompts: closed}}",
            "overflow.closed.prompts: expected a list, found 'closed'",
        ),
        (
            "overflow: {closed: {cause: NORMAL_CLEARNIG}}",
            "overflow.closed.cause: expected a hangup "
            "cause of FreeSWITCH such as NORMAL_CLEARING, found 'NORMAL_CLEARNIG'; did you mean "
            "'NORMAL_CLEARING'?",
        ),
        (
            "overflow: {closed: {extension: '5 XML'}}",
            "overflow.closed.extension: expected a word of "
            "letters, digits and '_+*#.-', found '5 XML'",
        ),
        (
            "overflow: {closed: {number: '7;x'}}",
            "overflow.closed.number: expected a dialled number of digits, '*' and '#', found '7;x'",
        ),
        (
            "overflow: {closed: {voicemail: '${x}'}}",
            "overflow.closed.voicemail: expected a box of letters, digits and '_.+-', found '${x}'",
        ),
        (
            "overflow: {closed: {queue: support}}",
            "overflow: callers could be sent round in a circle: queue support -> queue support",
        ),
        (
            "priority: 5, ageing: {curve: {60: 1}, cap: 4}",
            "ageing.cap: callers of priority 5 (by "
            "queues.support.priority) would always go before those who have aged this far, who "
            "could "
            "wait for ever: raise it to 5 or lower theirs, found 4",
        ),
    ],
)
def test_fault_of_a_queue_is_told(faults, settings, expected):
    """One thing wrong is one line, which tells where it is and what would be right."""
    [line] = faults(in_queue(settings))
    assert line.split(": ", 1)[1] == f"queues.support.{expected}"


def test_each_limit_above_that_of_the_queue_is_told(faults):
    """The floor and the ceiling, each in its place; what is not given is not at fault."""
    text = "maximum_waiting: 5, waiting_per_agent: {ratio: 1, floor: 6, ceiling: 7}"
    above = "must not be above maximum_waiting, 5, found"
    assert [line.split(": ", 1)[1] for line in faults(in_queue(text))] == [
        f"queues.support.waiting_per_agent.floor: {above} 6",
        f"queues.support.waiting_per_agent.ceiling: {above} 7",
    ]


@pytest.mark.parametrize(
    "settings",
    [
        "maximum_waiting: 5, waiting_per_agent: {ratio: 1}",
        "maximum_waiting: 5, waiting_per_agent: {ratio: 1, floor: 5, ceiling: 5}",
        "maximum_wait_seconds: 21, sticky_agent: {}",
        # More phones than agents: the next agent need not think of it.
        "strategy: ring_all, ring_at_most: 100",
        # Promised callbacks wait on when callers have left.
        "maximum_wait_seconds: 60, callback: {}, skills: [{after_seconds: 0, rule: english}, "
        "{after_seconds: 60, rule: ''}]",
    ],
)
def test_what_only_looks_like_a_fault_is_none(load, settings):
    """Limits that meet, defaults that do not fit, and what has its effect on promises only."""
    load(in_queue(settings))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (in_hours("week: {monday: [08:00-16:00]}"), "office.timezone: is missing"),
        (
            in_hours("timezone: Europe/Warszawa, week: {monday: [08:00-16:00]}"),
            "office.timezone: is no time zone such as Europe/Warsaw, found 'Europe/Warszawa'",
        ),
        (
            in_hours("timezone: ../x, week: {monday: [08:00-16:00]}"),
            "office.timezone: is no time zone such as Europe/Warsaw, found '../x'",
        ),
        (
            in_hours("timezone: UTC"),
            "office: never open: give week (or days) hours such as monday: [08:00-16:30]",
        ),
        (
            in_hours("timezone: UTC, week: {monday: []}, days: {2026-12-24: []}"),
            "office: never open: give week (or days) hours such as monday: [08:00-16:30]",
        ),
        (
            in_hours("timezone: UTC, week: {mon: [08:00-16:00]}"),
            "office.week.mon: expected monday or tuesday or wednesday or thursday or friday or "
            "saturday "
            "or sunday, found 'mon'; did you mean 'monday'?",
        ),
        (
            in_hours("timezone: UTC, week: {monday: 08:00-16:00}"),
            "office.week.monday: expected a list, found '08:00-16:00'",
        ),
        (
            in_hours("timezone: UTC, week: {monday: [8:00-16:00]}"),
            "office.week.monday[0]: expected opening hours such as 08:00-16:30, found '8:00-16:00'",
        ),
        (
            in_hours("timezone: UTC, week: {monday: [08:00-24:01]}"),
            "office.week.monday[0]: expected opening hours such as 08:00-16:30, found "
            "'08:00-24:01'",
        ),
        (
            in_hours("timezone: UTC, week: {monday: [22:00-06:00]}"),
            "office.week.monday[0]: must close later than it opens (24:00 is the end of the "
            "day), found "
            "'22:00-06:00'",
        ),
        (
            in_hours("timezone: UTC, week: {monday: [22:00-00:00]}"),
            "office.week.monday[0]: must close later than it opens (24:00 is the end of the "
            "day), found "
            "'22:00-00:00'",
        ),
        (
            in_hours("timezone: UTC, week: {monday: [12:00-24:00, 08:00-12:01]}"),
            "office.week.monday[1]: overlaps 12:00-24:00",
        ),
        (
            in_hours("timezone: UTC, days: {2026-12-24: [08:00-12:00, 11:00-13:00]}"),
            "office.days.2026-12-24[1]: overlaps 08:00-12:00",
        ),
        (
            in_hours("timezone: UTC, days: {24.12.2026: [08:00-12:00]}"),
            "office.days.24.12.2026: expected a day such as 2026-12-24, found '24.12.2026'",
        ),
        (
            in_hours("timezone: UTC, week: {monday: [08:00-16:00]}, holidays: [2026-02-29]"),
            "office.holidays[0]: there is no day '2026-02-29'",
        ),
        (
            in_hours(
                "timezone: UTC, week: {monday: [08:00-16:00]}, public_holidays: {country: pl}"
            ),
            "office.public_holidays.country: expected a country of two capital letters such as "
            "PL, found "
            "'pl'",
        ),
        (
            in_hours("timezone: UTC, week: {monday: [08:00-16:00]}, public_holidays: PL"),
            "office.public_holidays: expected a mapping, found 'PL'",
        ),
    ],
)
def test_fault_of_hours_is_told(faults, text, expected):
    """The day and the interval at fault are named."""
    [line] = faults(text)
    assert line.split(": ", 1)[1] == f"hours.{expected}"


def test_public_holidays_that_cannot_be_had(faults, monkeypatch):
    """What is wrong is told at the setting it is about."""

    def missing(country, subdivision, years):
        raise public_holidays.PublicHolidaysError("country", "needs a package")

    monkeypatch.setattr(public_holidays, "public_holidays", missing)
    text = "timezone: UTC, week: {monday: [08:00-16:00]}, public_holidays: {country: PL}"
    assert faults(in_hours(text)) == [
        "callcore.yaml:2:91: hours.office.public_holidays.country: needs a package"
    ]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("choices: {'1': {queue: support}}", "prompts: is missing"),
        ("prompts: [], choices: {'1': {queue: support}}", "prompts: must name at least one prompt"),
        ("prompts: [a]", "choices: is missing"),
        ("prompts: [a], choices: {}", "choices: must have at least one key"),
        ("prompts: [a], choices: [support]", "choices: expected a mapping, found a list"),
        (
            "prompts: [a], choices: {'10': {queue: support}}",
            "choices.10: must be one key: 0 to 9, * or #",
        ),
        ("prompts: [a], choices: {'1': {}}", f"choices.1: {ONE_OF_TREATMENTS} none"),
        (
            "prompts: [a], choices: {'1': {queue: suport}}",
            "choices.1.queue: unknown queue 'suport'; did you mean 'support'?",
        ),
        (
            "prompts: [a], choices: {'1': {queue: support, priority: 2000}}",
            "choices.1.priority: must be -1000 to 1000, found 2000",
        ),
        (
            "prompts: [a], choices: {'1': {queue: support, skills: zulu}}",
            "choices.1.skills: no agent has the skill 'zulu'",
        ),
        ("prompts: [a], choices: {'1': {menu: main}}, tries: 0", "tries: must be 1 to 10, found 0"),
        (
            "prompts: [a], choices: {'1': {menu: main}}, timeout_seconds: 0",
            "timeout_seconds: must be greater than 0, found 0",
        ),
        (
            "prompts: [a], choices: {'1': {menu: main}}, otherwise: {menu: man}",
            "otherwise.menu: unknown menu 'man'; did you mean 'main'?",
        ),
        (
            "prompts: [a], choices: {'1': {menu: main}}, otherwise: {queue: support, priority: 5}",
            "otherwise.priority: unknown key",
        ),
        (
            "prompts: [a], choices: {'1': {queue: support}}, otherwise: {menu: main}",
            "otherwise: callers could be sent round in a circle: menu main -> menu main",
        ),
    ],
)
def test_fault_of_a_menu_is_told(faults, settings, expected):
    """Keys, what they lead to and what becomes of the undecided are checked."""
    [line] = faults(in_menu(settings))
    assert line.split(": ", 1)[1] == f"menus.main.{expected}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("numbers: {8001: {}}", "numbers.8001: leads nowhere: give queue or menu"),
        ("numbers: {8001: }", "numbers.8001: leads nowhere: give queue or menu"),
        (
            "numbers: {8001: {queue: support, menu: main}}",
            "numbers.8001.menu: leads to a queue already: give one of them",
        ),
        (
            "numbers: {8001: {menu: mian}}",
            "numbers.8001.menu: unknown menu 'mian'; did you mean 'main'?",
        ),
        (
            "numbers: {8001: {queue: support, skills: (english}}",
            "numbers.8001.skills: at character 9: expected 'and', 'or' or ')', found the end",
        ),
        (
            "numbers: {8001: {queue: sales, skills: english > 40}}",
            "numbers.8001.skills: no agent of queue sales meets it",
        ),
        ("caller_lists: {vip: }", "caller_lists.vip: has no callers: give numbers or file"),
        (
            "caller_lists: {vip: {numbers: [anonymous]}}",
            "caller_lists.vip.numbers[0]: expected a phone "
            "number such as +48 22 555 01 01, found 'anonymous'",
        ),
        (
            "caller_lists: {vip: {numbers: [[1]]}}",
            "caller_lists.vip.numbers[0]: expected text, found a list",
        ),
        (
            "caller_lists: {vip: {numbers: 1}}",
            "caller_lists.vip.numbers: expected a list, found '1'",
        ),
        (
            "caller_lists: {vip: {numbers: [], priority: -1001}}",
            "caller_lists.vip.priority: must be -1000 to 1000, found -1001",
        ),
        (
            "caller_lists: {vip: {numbers: [], skills: english > 40}}",
            "caller_lists.vip.skills: no agent of queue sales meets it",
        ),
        (
            "dialplan: {outbound_context: a b}",
            "dialplan.outbound_context: expected a word of letters, "
            "digits and '_+*#.-', found 'a b'",
        ),
        (
            "dialplan: {voicemail: x}",
            "dialplan.voicemail: unknown key; did you mean 'voicemail_extension'?",
        ),
    ],
)
def test_fault_at_the_entrance_is_told(faults, text, expected):
    """Numbers, lists and what the dialplan is asked for are checked."""
    menus = "\nmenus: {main: {prompts: [a], choices: {'1': {queue: sales}}}}\n"
    [line] = faults(in_queue("") + menus + text)
    assert line.split(": ", 1)[1] == expected


@pytest.mark.parametrize(
    ("queues", "expected"),
    [
        ("{support: {level: 0}}", "queues.support.level: must be 1 to 1000, found 0"),
        ("{support: {position: 1001}}", "queues.support.position: must be 1 to 1000, found 1001"),
        ("{support: {lvl: 1}}", "queues.support.lvl: unknown key; did you mean 'level'?"),
        ("{support: 2}", "queues.support: expected a mapping, found '2'"),
        ("{suport: {level: 2}}", "queues.suport: unknown queue 'suport'; did you mean 'support'?"),
        (
            "{Support: }",
            "queues.Support: expected 1 to 48 lower-case letters, digits, '-' or '_', "
            "found 'Support'",
        ),
        (
            "[support], skills: {English: 5}",
            "skills.English: expected a skill of lower-case letters, "
            "digits and '_', other than and, or, not, found 'English'",
        ),
        (
            "[support], skills: {not: 5}",
            "skills.not: expected a skill of lower-case letters, digits "
            "and '_', other than and, or, not, found 'not'",
        ),
        ("[support], skills: {english: 0}", "skills.english: must be 1 to 100, found 0"),
        ("[support], skills: {english: 101}", "skills.english: must be 1 to 100, found 101"),
        ("[support], skills: [english]", "skills: expected a mapping, found a list"),
    ],
)
def test_fault_of_an_agent_is_told(faults, queues, expected):
    """Places in queues and levels of skills have limits."""
    text = f"queues: {{support: }}\nagents: {{a: {{name: A, contact: user/1, queues: {queues}}}}}"
    [line] = faults(text)
    assert line.split(": ", 1)[1] == f"agents.a.{expected}"


def test_unusable_lines_of_a_list_are_told_with_their_place(faults, tmp_path):
    """The operator is sent to the line of the list, after what is wrong with the settings."""
    (tmp_path / "vip.txt").write_bytes(b"+48600100200\n # none\n  six hundred  # Jan\n\xff\n")
    text = in_queue("") + "caller_lists: {vip: {file: vip.txt}}\nhttp: {prt: 1}"
    assert faults(text) == [
        "callcore.yaml:6:8: http.prt: unknown key; did you mean 'port'?",
        "vip.txt:3:3: caller_lists.vip.file: expected a phone number such as +48 22 555 01 01, "
        "found "
        "'six hundred'",
        "vip.txt:4:1: caller_lists.vip.file: expected a phone number such as +48 22 555 01 01, "
        "found "
        "'\ufffd'",
    ]


def test_file_that_is_no_list_does_not_bury_the_other_faults(faults, tmp_path):
    """Of many lines the first ones are told, and how many more there are."""
    (tmp_path / "vip.txt").write_text("x\n" * 1000)
    found = faults(in_queue("") + "caller_lists: {vip: {file: vip.txt}}")
    assert len(found) == caller_lists.MOST_LINES_TOLD + 1
    assert found[-1] == "vip.txt:21:1: caller_lists.vip.file: 980 more lines are no number"


def test_list_that_cannot_be_read(faults, tmp_path):
    """A missing file, a directory and a file without end are faults of the setting."""
    (tmp_path / "large.txt").write_bytes(b"#" * 4_000_001)
    text = (
        "caller_lists:\n  a: {file: none.txt}\n  b: {file: .}\n  c: {file: large.txt}\n"
        '  d: {file: "a\\0b"}\n'
    )
    assert faults(in_queue("") + text) == [
        "callcore.yaml:6:13: caller_lists.a.file: none.txt cannot be read: No such file or "
        "directory",
        f"callcore.yaml:7:13: caller_lists.b.file: {tmp_path} cannot be read: Is a directory",
        "callcore.yaml:8:13: caller_lists.c.file: large.txt is larger than 4000000 bytes",
        "callcore.yaml:9:13: caller_lists.d.file: must not hold control characters",
    ]


def test_faults_hide_nothing_of_other_settings(faults):
    """A part with a fault keeps nothing else of its queue or of other parts from being checked."""
    text = """\
hours:
  office: {timezone: Nowhere, week: {monday: [08:00-16:00, 9-17]}}
queues:
  support:
    hours: office
    at_closing: overflow
    strategy: ringal
    ring_more_after_seconds: 5
    waiting_per_agent: {floor: -1}
    ageing: {curve: {60: 5, 30: 6, 90: 4}, cap: x}
    skills: [{after_seconds: 5, rule: (english}, {after_seconds: 2}]
    overflow: {exit_key: {queue: sale, menu: mein, context: x}, closed: {queue: suport}}
menus:
  main: {prompts: [A], choices: {a: {queue: sal}, "1": {priority: 2000}}, tries: 20}
numbers:
  8001: {menu: man, priority: 5000, skills: and}
"""
    assert faults(text) == [
        "callcore.yaml:2:22: hours.office.timezone: is no time zone such as Europe/Warsaw, found "
        "'Nowhere'",
        "callcore.yaml:2:60: hours.office.week.monday[1]: expected opening hours such as "
        "08:00-16:30, found '9-17'",
        "callcore.yaml:7:15: queues.support.strategy: expected "
        "longest_idle or round_robin or top_down or least_talk_time or fewest_calls or "
        "sequential or "
        "random or ring_all or ring_progressively, found 'ringal'; did you mean 'ringall'?",
        "callcore.yaml:9:24: queues.support.waiting_per_agent.ratio: is missing",
        "callcore.yaml:9:32: queues.support.waiting_per_agent.floor: must not be negative, found "
        "-1",
        "callcore.yaml:10:29: queues.support.ageing.curve.30: must be later than the 60 seconds of "
        "the point before",
        "callcore.yaml:10:40: queues.support.ageing.curve.90: must be more than the 5 of the point "
        "before, found 4",
        "callcore.yaml:10:49: queues.support.ageing.cap: expected a whole number such as 15, found "
        "'x'",
        "callcore.yaml:11:30: queues.support.skills[0].after_seconds: the first step must begin at "
        "0, found 5",
        "callcore.yaml:11:39: queues.support.skills[0].rule: at character 9: expected 'and', "
        "'or' or "
        "')', found the end",
        "callcore.yaml:11:50: queues.support.skills[1].rule: is missing",
        "callcore.yaml:11:66: queues.support.skills[1].after_seconds: must be greater than the 5 "
        "of "
        "the step before, found 2",
        "callcore.yaml:12:16: queues.support.overflow.exit_key: has no effect without exit_key",
        "callcore.yaml:12:26: queues.support.overflow.exit_key: expected one of queue, menu, "
        "extension, number, voicemail, callback, or prompts and cause, found queue and menu",
        "callcore.yaml:12:34: queues.support.overflow.exit_key.queue: unknown queue 'sale'",
        "callcore.yaml:12:46: queues.support.overflow.exit_key.menu: unknown menu 'mein'; did you "
        "mean 'main'?",
        "callcore.yaml:12:81: queues.support.overflow.closed.queue: unknown queue 'suport'; did "
        "you "
        "mean 'support'?",
        "callcore.yaml:14:20: menus.main.prompts[0]: expected a recording such as menus/main, "
        "without directory, language and ending, found 'A'",
        "callcore.yaml:14:34: menus.main.choices.a: must be one key: 0 to 9, * or #",
        "callcore.yaml:14:45: menus.main.choices.a.queue: unknown queue 'sal'",
        "callcore.yaml:14:56: menus.main.choices.1: expected one of queue, menu, extension, "
        "number, "
        "voicemail, callback, or prompts and cause, found none",
        "callcore.yaml:14:67: menus.main.choices.1.priority: must be -1000 to 1000, found 2000",
        "callcore.yaml:14:82: menus.main.tries: must be 1 to 10, found 20",
        "callcore.yaml:16:16: numbers.8001.menu: unknown menu 'man'; did you mean 'main'?",
        "callcore.yaml:16:31: numbers.8001.priority: must be -1000 to 1000, found 5000",
        "callcore.yaml:16:45: numbers.8001.skills: at character 1: expected a skill (a-z, 0-9, _), "
        "'not' or '(', found 'and'",
    ]

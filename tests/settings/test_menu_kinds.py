"""The four kinds of menus arrive as they were written; what cannot be meant of them is told."""

import pytest

from callcore.domain import policies, skills
from callcore.domain import treatments as to
from callcore.domain.ids import Language, LookupName, MenuName, QueueName, SurveyName
from callcore.domain.policies import MenuChoice

SUPPORT, VIP = QueueName("support"), QueueName("vip")
AROUND = """
hours: {office: {timezone: UTC, week: {monday: [08:00-16:00]}}}
queues: {support: , vip: }
agents: {a: {name: A, contact: user/1, queues: [support, vip], skills: {polish: 50}}}
caller_lists: {gold: {numbers: ["1"]}, blocked: {numbers: ["2"]}}
lookups: {crm: {url: "https://crm.example"}}
surveys: {csat: }
"""


def in_menus(settings: str) -> str:
    return (
        f"{AROUND}menus: {{main: {{prompts: [a], choices: {{'1': {{queue: vip}}}}}}, {settings}}}"
    )


@pytest.fixture
def menu(load):
    """The menu of that name in a file with these menus."""

    def read(name: str, settings: str) -> policies.Menu:
        found: policies.Menu = load(in_menus(settings)).policy.menus[MenuName(name)]
        return found

    return read


def test_question_is_read_whole(menu):
    """Everything said, everything that may be pressed or dialled, and what a caller has then."""
    found = menu(
        "door",
        """door: {
        greeting: [greeting/welcome], prompts: [shop/a, shop/b], invalid: [], no_input: [shop/c],
        timeout_seconds: 4, tries: 2, between_keys_seconds: 1.5,
        extensions: {ranges: [100-199, "250"], context: internal},
        choices: {
          "1": {queue: support, priority: 2, skills: polish > 20, language: pl,
                music: "local_stream://jazz"},
          "2": {say: [shop/address], menu: main},
          "3": {say: [shop/legal], skippable: false, queue: support, keeps_join_time: false},
          "4": {language: ru, menu: main},
          "5": {survey: csat},
          "6": {say: [shop/hours], prompts: [menu/goodbye], cause: USER_BUSY}},
        otherwise: {say: [shop/d], voicemail: "7000"}}""",
    )
    assert found == policies.MenuPolicy(
        name=MenuName("door"),
        greeting=("greeting/welcome",),
        prompts=("shop/a", "shop/b"),
        invalid=(),
        no_input=("shop/c",),
        timeout_seconds=4,
        tries=2,
        between_keys_seconds=1.5,
        extensions=policies.Extensions(ranges=(("100", "199"), ("250", "250")), context="internal"),
        choices={
            "1": MenuChoice(
                to=to.ToQueue(queue=SUPPORT),
                priority=2,
                skills=skills.parse("polish > 20"),
                language=Language("pl"),
                music="local_stream://jazz",
            ),
            "2": MenuChoice(
                to=to.Said(prompts=("shop/address",), then=to.ToMenu(menu=MenuName("main")))
            ),
            "3": MenuChoice(
                to=to.Said(
                    prompts=("shop/legal",),
                    then=to.ToQueue(queue=SUPPORT, keeps_join_time=False),
                    is_skippable=False,
                )
            ),
            "4": MenuChoice(to=to.ToMenu(menu=MenuName("main")), language=Language("ru")),
            "5": MenuChoice(to=to.ToSurvey(survey=SurveyName("csat"))),
            "6": MenuChoice(
                to=to.Said(
                    prompts=("shop/hours",),
                    then=to.Goodbye(prompts=("menu/goodbye",), cause="USER_BUSY"),
                )
            ),
        },
        otherwise=to.Said(prompts=("shop/d",), then=to.ToVoicemail(box="7000")),
    )


def test_menu_may_have_extensions_only(menu):
    """Dial-by-extension; a list of them has the usual context."""
    found = menu("dial", "dial: {prompts: [a], extensions: [10-19, 2000]}")
    assert found.choices == {}
    assert found.invalid == ("menu/extension-invalid",)
    assert found.extensions == policies.Extensions(ranges=(("10", "19"), ("2000", "2000")))


def test_key_may_begin_extensions(menu):
    """What was dialled is told apart by the pause after it."""
    settings = 'dial: {prompts: [a], choices: {"2": {queue: vip}}, extensions: [100-299, "20"]}'
    assert menu("dial", settings).choices.keys() == {"2"}


def test_branch_by_hours_is_read(load):
    """With the hours of the name; each way on has what a choice may have."""
    site = load(
        in_menus(
            "door: {hours: office, open: {menu: main, priority: 3}, closed: {queue: vip}}"
        ).replace("support: ,", "support: {hours: office},")
    ).policy
    assert site.menus[MenuName("door")] == policies.HoursMenu(
        name=MenuName("door"),
        hours=site.queues[SUPPORT].hours,
        open=MenuChoice(to=to.ToMenu(menu=MenuName("main")), priority=3),
        closed=MenuChoice(to=to.ToQueue(queue=VIP)),
    )


def test_branch_by_caller_list_is_read(menu):
    """By the lists' names."""
    settings = """who: {lists: {gold: {queue: vip, skills: polish},
                        blocked: {cause: CALL_REJECTED}},
                        otherwise: {menu: main}}"""
    assert menu("who", settings) == policies.CallersMenu(
        name=MenuName("who"),
        lists={
            "gold": MenuChoice(to=to.ToQueue(queue=VIP), skills=skills.parse("polish")),
            "blocked": MenuChoice(to=to.Goodbye(cause="CALL_REJECTED")),
        },
        otherwise=MenuChoice(to=to.ToMenu(menu=MenuName("main"))),
    )


def test_branch_by_lookup_is_read(menu):
    """With what is collected first; a word may be any text another system has."""
    settings = """account: {lookup: crm, asks: [shop/account], digits: 10, timeout_seconds: 3,
                  tries: 1, secret: true, branches: {gold customer: {queue: vip, priority: 10}},
                  otherwise: {queue: support}, failed: {menu: main}}"""
    assert menu("account", settings) == policies.LookupMenu(
        name=MenuName("account"),
        lookup=LookupName("crm"),
        asks=("shop/account",),
        digits=10,
        timeout_seconds=3,
        tries=1,
        is_secret=True,
        branches={"gold customer": MenuChoice(to=to.ToQueue(queue=VIP), priority=10)},
        otherwise=MenuChoice(to=to.ToQueue(queue=SUPPORT)),
        failed=MenuChoice(to=to.ToMenu(menu=MenuName("main"))),
    )


def test_lookup_that_fails_goes_on_like_one_without_a_branch(menu):
    """Unless the file says something else; and a lookup may be for what it says only."""
    found = menu("account", "account: {lookup: crm, failed: , otherwise: {queue: support}}")
    assert found.branches == {}
    assert not found.is_secret
    assert found.failed == found.otherwise == MenuChoice(to=to.ToQueue(queue=SUPPORT))


KINDS = "give choices or extensions (what callers press), hours, lists or lookup"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("{}", [f"door: has no kind: {KINDS}"]),
        ("{prompts: [a], tries: 99}", [f"door: has no kind: {KINDS}"]),
        (
            "{hours: ofice, open: {menu: main}, choices: {}}",
            [f"door: is of more than one kind, by choices and hours: {KINDS}"],
        ),
        ("main", ["door: expected a mapping, found 'main'"]),
        # Questions.
        (
            "{prompts: [a], extensions: []}",
            ["door.extensions: must have at least one extension"],
        ),
        (
            "{prompts: [a], extensions: {}}",
            ["door.extensions.ranges: is missing"],
        ),
        (
            "{prompts: [a], extensions: [1x, 30-20, 1-20, '1234567890123']}",
            [
                "door.extensions[0]: expected extensions such as 250 or 100-199, found '1x'",
                "door.extensions[1]: 30-20 must grow and have as many digits at both ends",
                "door.extensions[2]: 1-20 must grow and have as many digits at both ends",
                "door.extensions[3]: 1234567890123-1234567890123 must grow and have as many digits "
                "at both ends",
            ],
        ),
        (
            "{prompts: [a], extensions: {ranges: [x], context: a b}}",
            [
                "door.extensions.ranges[0]: expected extensions such as 250 or 100-199, found 'x'",
                "door.extensions.context: expected a word of letters, digits and '_+*#.-', "
                "found 'a b'",
            ],
        ),
        (
            "{prompts: [a], extensions: [1-5], choices: {'1': {queue: vip}, '6': {queue: vip}}}",
            [
                "door.choices.1: 1 is one of the extensions too: one of the two could never be "
                "reached"
            ],
        ),
        (
            "{prompts: [a], choices: {'1': {queue: vip}}, between_keys_seconds: 2}",
            ["door.between_keys_seconds: has no effect without extensions"],
        ),
        (
            "{prompts: [a], choices: {'1': {queue: vip}}, tries: 1, no_input: [a]}",
            ["door.no_input: has no effect with tries: 1: the prompts are played once"],
        ),
        (
            "{prompts: [a], extensions: [10], between_keys_seconds: 0}",
            ["door.between_keys_seconds: must be greater than 0, found 0"],
        ),
        (
            "{prompts: [a], choices: {'1': {queue: vip, language: de}}}",
            [
                "door.choices.1.language: expected a language callcore speaks, en or pl or ru, "
                "found 'de'"
            ],
        ),
        (
            "{prompts: [a], choices: {'1': {queue: vip, music: '../x'}}}",
            [
                "door.choices.1.music: expected a sound file, local_stream://NAME or "
                "tone_stream://TONES, found '../x'"
            ],
        ),
        (
            "{prompts: [a], choices: {'1': {say: [], queue: vip}}}",
            ["door.choices.1.say: must name at least one prompt"],
        ),
        (
            "{prompts: [a], choices: {'1': {skippable: false, queue: vip}}}",
            ["door.choices.1.skippable: goes with say only"],
        ),
        (
            "{prompts: [a], choices: {'1': {say: [a]}}}",
            [
                "door.choices.1: expected one of queue, menu, extension, number, voicemail, "
                "callback, survey, or prompts and cause, found none"
            ],
        ),
        (
            "{prompts: [a], choices: {'1': {survey: cast}}}",
            ["door.choices.1.survey: unknown survey 'cast'; did you mean 'csat'?"],
        ),
        # Branches.
        (
            "{hours: ofice, open: {queue: vip}}",
            [
                "door.closed: is missing",
                "door.hours: unknown hours 'ofice'; did you mean 'office'?",
            ],
        ),
        (
            "{hours: office, open: , closed: {queue: x}}",
            [
                "door.open: expected a mapping, found nothing",
                "door.closed.queue: unknown queue 'x'",
            ],
        ),
        (
            "{lists: {}, otherwise: {queue: vip}}",
            ["door.lists: must have at least one caller list"],
        ),
        (
            "{lists: {glod: {queue: vip}}}",
            [
                "door.otherwise: is missing",
                "door.lists.glod: unknown caller list 'glod'; did you mean 'gold'?",
            ],
        ),
        (
            "{lookup: crn, otherwise: {queue: vip}}",
            ["door.lookup: unknown lookup 'crn'; did you mean 'crm'?"],
        ),
        ("{lookup: crm}", ["door.otherwise: is missing"]),
        (
            "{lookup: crm, otherwise: {queue: vip}, asks: [a]}",
            ["door.asks: goes with digits only"],
        ),
        (
            "{lookup: crm, otherwise: {queue: vip}, digits: 5}",
            ["door.digits: goes with asks only"],
        ),
        (
            "{lookup: crm, otherwise: {queue: vip}, digits: 33, asks: [a], tries: 0}",
            [
                "door.digits: must be 1 to 32, found 33",
                "door.tries: must be 1 to 10, found 0",
            ],
        ),
        (
            "{lookup: crm, otherwise: {queue: vip}, digits: 5, asks: []}",
            ["door.asks: must name at least one prompt"],
        ),
        (
            "{lookup: crm, otherwise: {queue: vip}, tries: 2}",
            ["door.tries: has no effect without asks and digits"],
        ),
        (
            "{lookup: crm, otherwise: {queue: vip}, secret: true}",
            ["door.secret: has no effect without asks and digits"],
        ),
        (
            "{lookup: crm, otherwise: {queue: vip}, digits: 5, asks: [a], secret: sure}",
            ["door.secret: expected true or false, found 'sure'"],
        ),
        (
            "{lookup: crm, otherwise: {queue: vip, skills: polish > 60}}",
            ["door.otherwise.skills: no agent of queue vip meets it"],
        ),
        (
            f"{{lookup: crm, otherwise: {{queue: vip}}, branches: {{{'x' * 65}: {{queue: vip}}}}}}",
            [
                f"door.branches.{'x' * 40 + '...'!r}: expected at most 64 characters without "
                f"blanks at the ends, found {'x' * 40 + '...'!r}"
            ],
        ),
    ],
)
def test_fault_of_a_menu_is_told(faults, settings, expected):
    """Each where it is; of a kind that is not known, nothing else."""
    told = [line.split(": ", 1)[1] for line in faults(in_menus(f"door: {settings}"))]
    assert sorted(told) == sorted(f"menus.{fault}" for fault in expected)


@pytest.mark.parametrize(
    "settings", ["choices: {'1': {queue: vip}}, ", "invalid: [menu/invalid], "]
)
def test_wrong_extensions_are_told_as_such_where_nothing_else_can_be_wrong(menu, settings):
    """Not beside choices, nor against the operator's own words."""
    found = menu("dial", f"dial: {{prompts: [a], {settings}extensions: [10-19]}}")
    assert found.invalid == ("menu/invalid",)


def many(count: int) -> str:
    return ", ".join(f"shop/{one}" for one in range(count))


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        (
            f"door: {{prompts: [{many(101)}], choices: {{'1': {{queue: vip}}}}}}",
            "menus.door.prompts: must be at most 100 recordings, found 101",
        ),
        (
            f"door: {{prompts: [a], choices: {{'1': {{say: [{many(101)}], queue: vip}}}}}}",
            "menus.door.choices.1.say: must be at most 100 recordings, found 101",
        ),
        (
            f"door: {{greeting: [{many(60)}], prompts: [{many(41)}], "
            "choices: {'1': {queue: vip}}}",
            "menus.door.greeting: is heard with the prompts, 101 recordings in one go: "
            "must be at most 100",
        ),
        (
            f"door: {{invalid: [{many(99)}], no_input: [], prompts: [a, b], "
            "choices: {'1': {queue: vip}}}",
            "menus.door.invalid: is heard with the prompts, 101 recordings in one go: "
            "must be at most 100",
        ),
    ],
)
def test_more_than_a_switch_plays_in_one_go_is_a_fault(faults, settings, fault):
    """It would leave out the rest, and with it what there is to press."""
    [line] = faults(in_menus(settings))
    assert line.startswith("callcore.yaml:8:")
    assert line.endswith(fault)


def test_as_much_as_a_switch_plays_is_none(menu):
    found = menu(
        "door",
        f"door: {{greeting: [{many(60)}], prompts: [{many(40)}], "
        "choices: {'1': {queue: vip}}}",
    )
    assert len(found.greeting) + len(found.prompts) == 100


def test_a_survey_that_is_too_long_is_a_fault(faults):
    """Of a wrong key is told right before the question."""
    question = f"{{name: q, prompts: [{many(50)}], keys: '12'}}"
    [line] = faults(
        f"queues: {{support: }}\nsurveys:\n  csat:\n    invalid: [{many(51)}]\n"
        f"    questions: [{question}]\n"
    )
    assert "callcore.yaml:4:" in line
    assert "surveys.csat.invalid: is heard with the prompts, 101 recordings" in line

"""What cannot be meant of menus, numbers, caller lists and agents is told."""

import pytest

from tests.settings.texts import ONE_OF_TREATMENTS, in_menu, in_queue


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("choices: {'1': {queue: support}}", "prompts: is missing"),
        ("prompts: [], choices: {'1': {queue: support}}", "prompts: must name at least one prompt"),
        ("prompts: [a], choices: ", "choices: must have at least one key"),
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
        ("numbers: {8001: {}}", "numbers.8001: leads nowhere: give queue, menu or survey"),
        ("numbers: {8001: }", "numbers.8001: leads nowhere: give queue, menu or survey"),
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
        (
            "numbers: {8001: {survey: csat}}",
            "numbers.8001.survey: unknown survey 'csat'",
        ),
        (
            "numbers: {8001: {survey: csat, priority: 5}}\nsurveys: {csat: }",
            "numbers.8001.priority: has no effect with survey",
        ),
        (
            "numbers: {8001: {survey: csat, menu: main}}\nsurveys: {csat: }",
            "numbers.8001.survey: leads to a menu already: give one of them",
        ),
        (
            "numbers: {8001: {queue: support, language: fr}}",
            "numbers.8001.language: expected a language callcore speaks, en or pl or ru, "
            "found 'fr'",
        ),
        (
            "numbers: {8001: {queue: support, music: 'a;b'}}",
            "numbers.8001.music: expected a sound file, local_stream://NAME or "
            "tone_stream://TONES, found 'a;b'",
        ),
        (
            f"caller_lists: {{vip: {{numbers: [], account: {'7' * 65}}}}}",
            "caller_lists.vip.account: expected at most 64 characters without blanks at the ends, "
            f"found {'7' * 40 + '...'!r}",
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

"""Callbacks in the settings: read as written, and refused where they could not be kept."""

import pytest

from callcore.domain.ids import MenuName, QueueName
from callcore.domain.policies import CallbackPolicy
from callcore.domain.treatments import Goodbye, OverflowReason, ToCallback, ToVoicemail

SUPPORT, SALES = QueueName("support"), QueueName("sales")
CONTACT = "dialplan: {callback_contact: 'sofia/gateway/carrier/00{number}'}\n"


def site_with(support: str, *, dialplan: str = CONTACT, more: str = "") -> str:
    return f"{dialplan}queues:\n  sales:\n  support: {{{support}}}\n{more}"


def test_an_offer_is_read_whole(load):
    """Every setting arrives; what is not given has its default."""
    loaded = load(
        site_with(
            "callback: {ring_seconds: 25, attempts: 3, retry_after_seconds: 60,"
            " expires_after_seconds: 7200},"
            " overflow: {closed: {callback: {prompts: [cb/offer, cb/more], key: '*',"
            " promised_prompts: [cb/thanks], timeout_seconds: 2.5,"
            " otherwise: {voicemail: '7000'}}},"
            " maximum_wait: {callback: {}}}"
        )
    ).policy
    queue = loaded.queues[SUPPORT]
    assert queue.callback == CallbackPolicy(
        ring_seconds=25, attempts=3, retry_after_seconds=60, expires_after_seconds=7200
    )
    assert queue.overflow == {
        OverflowReason.CLOSED: ToCallback(
            prompts=("cb/offer", "cb/more"),
            key="*",
            promised_prompts=("cb/thanks",),
            timeout_seconds=2.5,
            otherwise=ToVoicemail(box="7000"),
        ),
        OverflowReason.MAXIMUM_WAIT: ToCallback(prompts=("callback/offer",), otherwise=Goodbye()),
    }
    assert loaded.dialplan.callback_contact == "sofia/gateway/carrier/00{number}"


def test_a_menu_offers_what_a_queue_keeps(load):
    """A menu names the queue; an empty mapping has the defaults."""
    loaded = load(
        site_with(
            "callback: {}",
            more="menus: {main: {prompts: [a], choices: {'1': {callback:"
            " {queue: support, prompts: [b]}}}}}",
        )
    ).policy
    choice = loaded.menus[MenuName("main")].choices["1"]
    assert choice.to == ToCallback(queue=SUPPORT, prompts=("b",))
    assert loaded.queues[SUPPORT].callback == CallbackPolicy()


@pytest.mark.parametrize(
    ("contact", "is_allowed"),
    [
        ("sofia/gateway/carrier/{number}", True),
        ("sofia/external/{number}@sbc.example.com:5060", True),
        ("sofia/gateway/carrier/9{number}#", True),
        ("sofia/gateway/carrier/48", False),
        ("sofia/gateway/{number}/48", False),
        ("sofia/gateway/carrier/{number}{number}", False),
        ("sofia/gateway/carrier/{number},user/1001", False),
        ("{a=b}sofia/gateway/carrier/{number}", False),
        ("sofia/gateway/carrier/${number}", False),
        ("loopback/{number}", False),
    ],
)
def test_what_is_dialled_has_the_number_once_and_nothing_else(load, faults, contact, is_allowed):
    """An allow-list, as for agents' contacts."""
    text = site_with("", dialplan=f'dialplan: {{callback_contact: "{contact}"}}\n')
    if is_allowed:
        assert load(text).policy.dialplan.callback_contact == contact
    else:
        assert "dialplan.callback_contact: expected sofia/gateway" in faults(text)[0]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("{queue: sals, prompts: [a]}", "queue: unknown queue 'sals'; did you mean 'sales'?"),
        ("{prompts: []}", "prompts: must name at least one prompt"),
        ("{prompts: [a], key: 12}", "key: expected one key: 0 to 9, * or #, found '12'"),
        ("{prompts: [a], timeout_seconds: 0}", "timeout_seconds: must be greater than 0"),
        ("{prompts: [a], otherwise: {}}", "otherwise: expected one of queue"),
        ("{prompts: [a], kee: 1}", "kee: unknown key; did you mean 'key'?"),
        ("yes", "expected a mapping, found 'yes'"),
    ],
)
def test_faults_of_an_offer_are_told_in_their_place(faults, settings, expected):
    """Each by its key."""
    text = site_with(f"callback: {{}}, overflow: {{closed: {{callback: {settings}}}}}")
    (fault,) = faults(text)
    path, _, told = fault.partition("queues.support.overflow.closed.callback")
    assert path
    assert told.removeprefix(".").removeprefix(": ").startswith(expected)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("ring_seconds: 0", "ring_seconds: must be greater than 0, found 0"),
        ("attempts: 0", "attempts: must be 1 to 20, found 0"),
        ("attempts: 21", "attempts: must be 1 to 20, found 21"),
        ("retry_after_seconds: 0", "retry_after_seconds: must be greater than 0, found 0"),
        (
            "expires_after_seconds: 604801",
            "expires_after_seconds: must be at most 604800, found 604801",
        ),
        (
            "expires_after_seconds: 9999999",
            "expires_after_seconds: must be at most 604800, found 9999999",
        ),
    ],
)
def test_limits_of_keeping(faults, settings, expected):
    """How a promise is kept has limits."""
    (fault,) = faults(site_with(f"callback: {{{settings}}}"))
    assert fault.endswith(f"queues.support.callback.{expected}")


def test_an_offer_that_could_not_be_kept_is_a_fault(faults):
    """By a queue that does not say how, without a contact, or out of a menu without a queue."""
    offer = "{callback: {prompts: [a], otherwise: {callback: {queue: sales, prompts: [b]}}}}"
    more = "menus: {main: {prompts: [a], choices: {'1': {callback: {prompts: [b]}}}}}"
    told = faults(site_with(f"overflow: {{closed: {offer}}}", dialplan="", more=more))
    closed = "queues.support.overflow.closed.callback"
    contact = "needs dialplan.callback_contact: what is dialled to call a customer back"
    assert [fault.split(": ", 1)[1] for fault in told] == [
        f"{closed}: needs dialplan.callback_contact: what is dialled to call a customer back",
        f"{closed}: queue support does not say how it keeps callbacks: give it callback, "
        "if only {}",
        f"{closed}.otherwise.callback: {contact}",
        f"{closed}.otherwise.callback: queue sales does not say how it keeps callbacks: "
        "give it callback, if only {}",
        f"menus.main.choices.1.callback: {contact}",
        "menus.main.choices.1.callback: needs queue: a menu has none of its own",
    ]


def test_an_offer_after_a_word_must_be_kept_too(faults):
    """Whatever is said before it."""
    text = site_with("overflow: {closed: {say: [a], callback: {}}}")
    (fault,) = faults(text)
    assert "queues.support.overflow.closed.callback: queue support does not say how" in fault


def test_who_declines_must_not_be_led_in_a_circle(faults):
    """Nobody decides anything by pressing nothing."""
    text = site_with(
        "callback: {}, overflow: {queue_full: {callback: {prompts: [a], otherwise:"
        " {queue: support}}}}"
    )
    (fault,) = faults(text)
    assert "callers could be sent round in a circle: queue support -> queue support" in fault

"""In which language callers are spoken to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.events import LanguageChanged
from callcore.domain.ids import CallId, Language, LegId
from callcore.domain.policies import NumberRoute
from callcore.domain.speech.utterances import PressKey
from callcore.domain.treatments import OverflowReason
from callcore.ports.operations import NotReadyError, OutOfRangeError, UnknownCallError
from callcore.runtime.greenlets import spawn
from tests.fakes.clock import settle
from tests.fakes.switch import ANSWERING, Phone
from tests.fakes.switch_sounds import PROMPT_SECONDS
from tests.flows.callbacks import CallbackFloor
from tests.flows.callbacks import policy as promising
from tests.flows.feature_codes import by_phone, dial
from tests.flows.floor import ANN, SUPPORT, TestFloor
from tests.flows.languages import (
    FIRST_TOLD_SECONDS,
    JAZZ,
    MAIN,
    MUSIC,
    NUMBER,
    PL,
    POLKA,
    QUESTION,
    RU,
    SITE,
    VIP,
    next_in,
    told,
)
from tests.flows.stories import TOLD_WHY_SECONDS, arrive, come, line_of, log_out, place, record_of


class TestSources:
    """Number, list, dialplan, menu, operator: the later one holds."""

    @pytest.mark.parametrize(
        ("dialled", "number", "variables", "language", "music"),
        [
            ("8001", NUMBER, {}, "en", MUSIC),
            ("8002", NUMBER, {}, "pl", POLKA),
            ("8002", VIP, {}, "ru", JAZZ),
            ("8002", VIP, {"language": "en", "music": "local_stream://rock"}, "en", "rock"),
        ],
    )
    def test_the_caller_hears_and_the_record_says(
        self, dialled: str, number: str, variables: dict[str, str], language: str, music: str
    ) -> None:
        """Position and music; the leg and the floor keep it for whoever adopts the call."""
        floor = TestFloor(SITE)
        caller = arrive(floor, dialled, number=number, **variables)
        floor.clock.advance(FIRST_TOLD_SECONDS)
        leg = line_of(floor, caller)
        assert told(floor, caller) == [next_in(language)]
        assert (leg.playing or "").endswith(music)
        assert leg.variables.get("callcore_language", "en") == language
        assert place(floor, caller).language in {"", language}
        floor.switch.end(caller)
        settle()
        assert record_of(floor, caller).language == language

    def test_a_list_knows_the_caller(self) -> None:
        """By its account, on the leg, the floor and in the record; the dialplan knows better."""
        floor = TestFloor(SITE)
        vip = arrive(floor, number=VIP)
        known = arrive(floor, number=VIP, account="O%27Hara & co")
        assert place(floor, vip).account == "gold"
        assert line_of(floor, vip).variables["callcore_account"] == "gold"
        assert place(floor, known).account == "O'Hara & co"
        for caller in (vip, known):
            floor.switch.end(caller)
        settle()
        accounts = [record_of(floor, caller).account for caller in (vip, known)]
        assert accounts == ["gold", "O'Hara & co"]

    def test_a_wrong_variable_is_a_fault_and_the_site_speaks(self) -> None:
        """The same of music and account: never a command that the switch refuses."""
        floor = TestFloor(SITE)
        caller = arrive(floor, language="de", music="shell_stream://x", account="a" * 65)
        floor.clock.advance(FIRST_TOLD_SECONDS)
        assert told(floor, caller) == [next_in("en")]
        assert line_of(floor, caller).playing == MUSIC
        floor.switch.end(caller)
        settle()
        record = record_of(floor, caller)
        faults = [fault.split()[0] for fault in record.faults]
        assert faults == ["callcore_language", "callcore_music", "callcore_account"]
        assert (record.language, record.account) == ("en", "")

    def test_a_key_of_the_menu_chooses(self) -> None:
        """At once, and for the queue too."""
        floor = TestFloor(SITE)
        caller = floor.call_in("9001")
        floor.clock.advance(1)
        floor.switch.press(caller, "1")
        floor.clock.advance(FIRST_TOLD_SECONDS)
        assert told(floor, caller) == [("/sounds/en/shop/main.wav",), next_in("pl")]
        assert line_of(floor, caller).variables["callcore_language"] == "pl"

    def test_a_caller_who_is_sent_to_another_number_keeps_it(self) -> None:
        """By an agent's transfer: chosen before, it is not lost to the number's."""
        floor = TestFloor(SITE)
        come(floor, ANN)
        caller = arrive(floor, number=VIP)
        floor.clock.advance(5)
        agent_leg = line_of(floor, caller).bridged_to
        assert agent_leg is not None
        floor.switch.blind_transfer(agent_leg)
        floor.clock.advance(3)
        log_out(floor, ANN)
        floor.switch.park_again(caller, "8002")
        floor.clock.advance(FIRST_TOLD_SECONDS)
        assert told(floor, caller) == [next_in("ru")]
        assert line_of(floor, caller).playing == JAZZ

    def test_nothing_is_kept_where_nothing_is_said(self) -> None:
        """The usual caller costs no command more."""
        floor = TestFloor(SITE)
        caller = floor.call_in()
        floor.clock.advance(1)
        kept = {"callcore_language", "callcore_music", "callcore_account"}
        assert kept.isdisjoint(line_of(floor, caller).variables)


class TestOperators:
    """``callcore call language``, wherever the caller is."""

    def change(self, floor: TestFloor, caller: LegId, language: Language = PL) -> None:
        """Eve wants it."""
        floor.worker.operating.set_language(CallId(caller), language, by="eve")

    def test_a_caller_who_waits(self) -> None:
        """What is said next is said in it; told with who wanted it."""
        floor = TestFloor(SITE)
        caller = floor.call_in()
        floor.clock.advance(FIRST_TOLD_SECONDS)
        self.change(floor, caller)
        floor.clock.advance(31)
        assert told(floor, caller)[0] == next_in("en")
        assert told(floor, caller)[-1] == next_in("pl")
        assert line_of(floor, caller).variables["callcore_language"] == "pl"
        (fact,) = floor.told(LanguageChanged)
        assert (fact.call_id, fact.language, fact.by) == (CallId(caller), PL, "eve")

    def test_a_caller_in_a_menu(self) -> None:
        """Asked again in it."""
        floor = TestFloor(SITE)
        caller = floor.call_in("9001")
        floor.clock.advance(1)
        self.change(floor, caller, RU)
        floor.clock.advance(PROMPT_SECONDS + 5)
        assert told(floor, caller) == [("/sounds/en/shop/main.wav",), ("/sounds/ru/shop/main.wav",)]

    def test_a_caller_who_talks_and_is_sent_on(self) -> None:
        """The talk goes on; afterwards it holds."""
        floor = TestFloor(SITE)
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        self.change(floor, caller)
        agent_leg = line_of(floor, caller).bridged_to
        assert agent_leg is not None
        floor.switch.blind_transfer(agent_leg)
        floor.clock.advance(3)
        log_out(floor, ANN)
        floor.switch.park_again(caller, "8001")
        floor.clock.advance(FIRST_TOLD_SECONDS)
        assert told(floor, caller) == [next_in("pl")]
        floor.switch.end(caller)
        settle()
        assert record_of(floor, caller).language == "pl"

    def test_what_is_refused(self) -> None:
        """A language without a catalogue, and calls that are none."""
        floor = TestFloor(by_phone(SITE))
        caller = floor.call_in()
        with pytest.raises(OutOfRangeError, match="give one of en, pl, ru"):
            self.change(floor, caller, Language("de"))
        agents_line = dial(floor, "*80")
        for nobody in (LegId("no-such-call"), agents_line):
            with pytest.raises(UnknownCallError):
                self.change(floor, nobody)
        floor.switch.end(caller)
        settle()
        with pytest.raises(UnknownCallError):
            self.change(floor, caller)

    def test_a_call_that_ends_unread_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The question is answered by whoever clears the mailbox, not by the deadline."""
        floor = TestFloor(SITE)
        caller = floor.call_in()
        floor.clock.advance(1)
        switchboard = floor.worker.crew.switchboard
        post = switchboard.post

        def post_after_the_end(call_id: CallId, message: object) -> bool:
            floor.switch.end(caller)
            return post(call_id, message)  # type: ignore[arg-type]  # a message it is

        monkeypatch.setattr(switchboard, "post", post_after_the_end)
        asked = spawn("ask", lambda: self.change(floor, caller))
        settle()
        floor.clock.advance(0.1)
        error = asked.exception
        assert isinstance(error, UnknownCallError), error
        assert not isinstance(error, NotReadyError)


class TestAdoption:
    """Another process goes on in the caller's language, with the caller's music."""

    def test_a_caller_who_waits(self) -> None:
        """As the leg has it, which was told of the last change."""
        floor = TestFloor(SITE)
        caller = floor.call_in("8002")
        floor.clock.advance(1)
        floor.worker.operating.set_language(CallId(caller), RU, by="eve")
        floor.restart()
        line_of(floor, caller).announced.clear()
        floor.clock.advance(31)
        assert set(told(floor, caller)) == {next_in("ru")}
        assert line_of(floor, caller).playing == POLKA
        floor.switch.end(caller)
        settle()
        assert record_of(floor, caller).language == "ru"

    def test_a_leg_that_was_not_told(self) -> None:
        """The floor knows language and account, and the leg is told again."""
        floor = TestFloor(SITE)
        caller = arrive(floor, number=VIP)
        floor.clock.advance(1)
        for name in ("callcore_language", "callcore_account"):
            del line_of(floor, caller).variables[name]
        floor.restart()
        floor.clock.advance(0.1)
        variables = line_of(floor, caller).variables
        assert (variables["callcore_language"], variables["callcore_account"]) == ("ru", "gold")

    def test_without_a_floor_the_leg_tells(self) -> None:
        """All three of them."""
        floor = TestFloor(SITE)
        caller = arrive(floor, number=VIP)
        floor.clock.advance(1)
        floor.kill_worker()
        floor.store.lose_data()
        floor.worker = floor.start_worker()
        floor.switch.restore_link()
        floor.clock.advance(1)
        found = place(floor, caller)
        assert (found.language, found.account) == ("ru", "gold")
        assert line_of(floor, caller).playing == JAZZ

    def test_a_call_that_ended_unheard(self) -> None:
        """Its record says what the floor knew."""
        floor = TestFloor(SITE)
        caller = arrive(floor, number=VIP)
        floor.clock.advance(1)
        floor.kill_worker()
        floor.switch.end(caller)
        floor.clock.advance(3)
        floor.worker = floor.start_worker()
        floor.switch.restore_link()
        floor.clock.advance(120)
        record = record_of(floor, caller)
        assert (record.language, record.account) == ("ru", "gold")


class TestCallbacks:
    """A customer who is called back is who asked for it."""

    def floor(self) -> CallbackFloor:
        """Polish callers are offered a callback."""
        return CallbackFloor(
            replace(
                promising(),
                numbers={"8002": NumberRoute(queue=SUPPORT, language=PL, music=POLKA)},
            )
        )

    def test_the_offer_and_the_callback_are_in_the_customers_language(self) -> None:
        """The line of the callback remembers it; after the talk it holds like any caller's."""
        floor = self.floor()
        caller = floor.call_in("8002")
        floor.overflow(caller)
        floor.clock.advance(10)
        promise = floor.promise()
        assert promise.language == "pl"
        floor.customer(ANSWERING)
        floor.log_in(ANN, phone=Phone(answers_after_seconds=0.1))
        floor.clock.advance(10)
        leg = floor.customers_leg()
        assert leg.variables["callcore_language"] == "pl"
        assert leg.variables["callcore_music"] == POLKA
        floor.switch.end(leg.leg_id)
        floor.clock.advance(1)
        assert floor.callback_record().language == "pl"

    def test_another_process_keeps_the_promise_in_it(self) -> None:
        """The floor was told of it with the promise."""
        floor = self.floor()
        floor.overflow(floor.call_in("8002"))
        floor.clock.advance(10)
        floor.restart()
        floor.customer(ANSWERING)
        floor.log_in(ANN, phone=Phone(answers_after_seconds=0.1))
        floor.clock.advance(10)
        assert floor.customers_leg().variables["callcore_language"] == "pl"

    def test_a_key_pressed_before_the_offer_does_not_take_it(self) -> None:
        """Pressed in a hurry for something else: nobody is promised what was not offered."""
        site = promising(reason=OverflowReason.EXIT_KEY, exit_key="1")
        floor = CallbackFloor(site)
        caller = floor.call_in()
        floor.clock.advance(2)
        for _ in range(2):
            floor.switch._tell_digit(line_of(floor, caller), "1")
        floor.clock.advance(1)
        assert line_of(floor, caller).announcing == "/sounds/en/callback_offer.wav"
        floor.clock.advance(PROMPT_SECONDS + 5 + TOLD_WHY_SECONDS)
        assert floor.promises() == []
        assert [one.digit for one in floor.record().digits] == ["1", "1"]


def test_keys_are_asked_for_in_the_callers_words() -> None:
    """Part of any sentence: put into words when it is said, not when it is written down."""
    menu = replace(QUESTION, prompts=("shop/sales", PressKey("1")))
    floor = TestFloor(replace(SITE, menus={MAIN: menu}))
    caller = arrive(floor, "9001", language="pl")
    floor.clock.advance(1)
    assert told(floor, caller) == [
        tuple(f"/sounds/pl/{one}.wav" for one in ("shop/sales", "press/key", "digit/1"))
    ]

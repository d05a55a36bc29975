"""In which language callers and agents are spoken to, and what is heard if a sound is not there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.announcements import ATTENTION_TONE, STAND_IN_MUSIC
from callcore.domain.events import LanguageChanged, LegsBridged, PromptMissing
from callcore.domain.feature_prompts import QUESTION_TONE
from callcore.domain.ids import CallId, Language, LegId, MenuName
from callcore.domain.policies import (
    CallerList,
    MenuChoice,
    MenuPolicy,
    NumberRoute,
    SitePolicy,
    SoundsPolicy,
)
from callcore.domain.speech.utterances import PressKey
from callcore.domain.treatments import Goodbye, OverflowReason, ToQueue
from callcore.flows.messages import Admitted
from callcore.ports.operations import NotReadyError, OutOfRangeError, UnknownCallError
from callcore.ports.switch_events import PlaybackEnded
from callcore.runtime.greenlets import spawn
from tests.fakes.clock import settle
from tests.fakes.switch import ANSWERING, NODE, Phone
from tests.fakes.switch_sounds import PROMPT_SECONDS
from tests.flows.callbacks import CallbackFloor
from tests.flows.callbacks import policy as promising
from tests.flows.feature_codes import ANNS_PIN, by_phone, dial, key, stand, standing, until
from tests.flows.floor import ANN, BOB, ROOMY, SUPPORT, TestFloor
from tests.flows.stories import (
    TOLD_WHY_SECONDS,
    agent_of,
    arrive,
    come,
    line_of,
    log_out,
    place,
    queue_of,
    record_of,
)

PL, RU = Language("pl"), Language("ru")
NUMBER, VIP = "+48200100", "+48600100200"
MAIN = MenuName("main")
MUSIC = "local_stream://moh"
JAZZ, POLKA = "local_stream://jazz", "local_stream://polka"
FIRST_TOLD_SECONDS = 10.5
"""When callers are told their position, which is then being said."""

QUESTION = MenuPolicy(
    name=MAIN,
    prompts=("shop/main",),
    choices={"1": MenuChoice(to=ToQueue(queue=SUPPORT), language=PL)},
    invalid=(),
    no_input=(),
)
SITE = replace(
    queue_of(overflow={OverflowReason.MAXIMUM_WAIT: Goodbye(prompts=("shop/sorry",))}),
    numbers={
        "8001": NumberRoute(queue=SUPPORT),
        "8002": NumberRoute(queue=SUPPORT, language=PL, music=POLKA),
        "9001": NumberRoute(menu=MAIN),
    },
    caller_lists=(
        CallerList(name="vip", numbers=frozenset({VIP}), language=RU, music=JAZZ, account="gold"),
    ),
    menus={MAIN: QUESTION},
)
"""Polish by the second number, Russian for those on the list."""


def next_in(language: str) -> tuple[str, ...]:
    """What the first in line is told."""
    return (f"/sounds/{language}/position/you-are-next.wav",)


def told(floor: TestFloor, leg_id: LegId) -> list[tuple[str, ...]]:
    """What was announced on a leg."""
    return line_of(floor, leg_id).announced


def missing(floor: TestFloor) -> list[str]:
    """What was told not to be there, in order."""
    return [fact.what for fact in floor.told(PromptMissing)]


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


class TestMissingSounds:
    """The caller's language, then the site's, then a tone; each is told of once."""

    def test_each_in_turn(self) -> None:
        """And the next time nothing that is known not to be there is tried."""
        floor = TestFloor(SITE)
        floor.switch.missing_sounds |= {*next_in("pl"), *next_in("en")}
        caller = floor.call_in("8002")
        floor.clock.advance(FIRST_TOLD_SECONDS)
        assert told(floor, caller) == [(ATTENTION_TONE,)]
        assert missing(floor) == [*next_in("pl"), *next_in("en")]
        asked_count = floor.switch.commands.count(("announce", caller))
        floor.clock.advance(60)
        repeated_count = floor.switch.commands.count(("announce", caller)) - asked_count
        assert repeated_count == len(told(floor, caller)) - 1 > 0
        assert set(told(floor, caller)) == {(ATTENTION_TONE,)}
        assert len(missing(floor)) == 2

    def test_the_language_of_the_site_is_better_than_a_tone(self) -> None:
        """Said to the end, in the middle of music."""
        floor = TestFloor(SITE)
        floor.switch.missing_sounds.add(*next_in("pl"))
        caller = floor.call_in("8002")
        floor.clock.advance(FIRST_TOLD_SECONDS)
        assert told(floor, caller) == [next_in("en")]
        assert missing(floor) == [*next_in("pl")]

    def test_another_sentence_is_tried_in_the_callers_language_all_the_same(self) -> None:
        """One sound that is not there is no language that is not there."""
        floor = TestFloor(SITE)
        floor.switch.missing_sounds.add(*next_in("pl"))
        caller = floor.call_in("8002")
        floor.clock.advance(ROOMY.queues[SUPPORT].maximum_wait_seconds + 0.5)
        assert told(floor, caller)[-1] == ("/sounds/pl/shop/sorry.wav",)

    def test_not_even_a_tone(self) -> None:
        """Nothing spins: three commands, three facts, and the call goes on to its end."""
        floor = TestFloor(SITE)
        floor.switch.missing_sounds |= {*next_in("pl"), *next_in("en"), ATTENTION_TONE}
        caller = floor.call_in("8002")
        floor.clock.advance(FIRST_TOLD_SECONDS)
        assert floor.switch.commands.count(("announce", caller)) == 3
        assert missing(floor) == [*next_in("pl"), *next_in("en"), ATTENTION_TONE]
        floor.clock.advance(60)
        assert floor.switch.commands.count(("announce", caller)) == 3
        assert line_of(floor, caller).playing == POLKA

    def test_what_was_cut_off_is_not_said_otherwise(self) -> None:
        """The news that a sound is not there comes when the agent and the caller talk already."""
        floor = TestFloor(SITE)
        floor.switch.missing_sounds.add(*next_in("pl"))
        caller = floor.call_in("8002")
        floor.clock.advance(1)
        come(floor, ANN)
        floor.clock.advance(5)
        assert len(floor.told(LegsBridged)) == 1
        before = floor.switch.commands.count(("announce", caller))
        late = PlaybackEnded(
            node=NODE, at=floor.clock.now(), leg_id=caller, path=next_in("pl")[0], is_missing=True
        )
        floor.worker.deliver(late)
        floor.clock.advance(1)
        assert floor.switch.commands.count(("announce", caller)) == before
        assert missing(floor) == [*next_in("pl")]

    @pytest.mark.parametrize("when", ["talking", "saying"])
    def test_music_that_was_ended_does_not_begin_otherwise(self, when: str) -> None:
        """Not into a talk, nor under a goodbye."""
        floor = TestFloor(SITE)
        caller = floor.call_in("8002")
        floor.clock.advance(1)
        if when == "talking":
            come(floor, ANN)
            floor.clock.advance(5)
            assert line_of(floor, caller).bridged_to is not None
        else:
            floor.clock.advance(ROOMY.queues[SUPPORT].maximum_wait_seconds - 0.5)
            assert told(floor, caller)[-1] == ("/sounds/pl/shop/sorry.wav",)
        before = floor.switch.commands.count(("play_endlessly", caller))
        late = PlaybackEnded(
            node=NODE, at=floor.clock.now(), leg_id=caller, path=POLKA, is_missing=True
        )
        floor.worker.deliver(late)
        floor.clock.advance(1)
        assert floor.switch.commands.count(("play_endlessly", caller)) == before
        assert missing(floor) == [POLKA]

    def test_news_of_another_sound_changes_nothing_of_this_one(self) -> None:
        """The goodbye is being said; what was missing before it was said is told late."""
        floor = TestFloor(SITE)
        caller = floor.call_in("8002")
        floor.clock.advance(ROOMY.queues[SUPPORT].maximum_wait_seconds + 0.5)
        before = floor.switch.commands.count(("announce", caller))
        late = PlaybackEnded(
            node=NODE, at=floor.clock.now(), leg_id=caller, path=next_in("pl")[0], is_missing=True
        )
        floor.worker.deliver(late)
        floor.worker.deliver(late)
        floor.clock.advance(0.5)
        assert floor.switch.commands.count(("announce", caller)) == before
        assert line_of(floor, caller).announcing == "/sounds/pl/shop/sorry.wav"
        assert missing(floor) == [*next_in("pl")]

    def test_the_callers_music_then_the_queues_then_a_quiet_tone(self) -> None:
        """Told once each, and not tried again after something was said."""
        floor = TestFloor(SITE)
        floor.switch.missing_sounds |= {POLKA, MUSIC}
        caller = floor.call_in("8002")
        floor.clock.advance(1)
        assert line_of(floor, caller).playing == STAND_IN_MUSIC
        floor.worker.switchboard.post(CallId(caller), Admitted())
        floor.clock.advance(1)
        assert line_of(floor, caller).playing == STAND_IN_MUSIC
        assert missing(floor) == [POLKA, MUSIC]

    def test_a_site_whose_language_has_no_catalogue_speaks_what_needs_none(self) -> None:
        """Its own recordings; numbers are a tone."""
        site = replace(
            SITE,
            sounds=SoundsPolicy(directory="/sounds", language=Language("de")),
            menus={},
            numbers={"8001": NumberRoute(queue=SUPPORT)},
        )
        floor = TestFloor(site)
        caller = floor.call_in()
        floor.clock.advance(FIRST_TOLD_SECONDS)
        assert told(floor, caller) == [(ATTENTION_TONE,)]
        floor.clock.advance(ROOMY.queues[SUPPORT].maximum_wait_seconds - 10)
        assert told(floor, caller)[-1] == ("/sounds/de/shop/sorry.wav",)
        assert missing(floor) == []


class TestAgents:
    """Agents are spoken to in their own language, whatever their callers'."""

    def site(self) -> SitePolicy:
        """Ann speaks Russian and accepts with a key; the queue says its name."""
        policy = queue_of(policy=SITE, whisper=("shop/support",))
        return agent_of(ANN, policy, language=RU, confirm_key="1")

    def test_the_whisper_is_in_the_agents_language(self) -> None:
        """The caller is Polish and hears Polish."""
        floor = TestFloor(self.site())
        caller = floor.call_in("8002")
        floor.clock.advance(FIRST_TOLD_SECONDS)
        floor.log_in(ANN, phone=Phone(answers_after_seconds=0.1))
        floor.clock.advance(0.5)
        ((name, *press),) = told(floor, floor.offered_leg())
        assert name == "/sounds/ru/shop/support.wav"
        assert press
        assert all(path.startswith("/sounds/ru/") for path in press)
        assert told(floor, caller) == [next_in("pl")]

    def test_a_whisper_that_is_not_there_is_said_as_the_site_does_then_a_tone(self) -> None:
        """Each is told of, the key is taken, and the caller comes."""
        floor = TestFloor(agent_of(ANN, self.site(), confirm_key=None))
        sounds = [f"/sounds/{language}/shop/support.wav" for language in ("ru", "en")]
        floor.switch.missing_sounds |= set(sounds)
        caller = floor.call_in()
        floor.log_in(ANN, phone=Phone(answers_after_seconds=0.1))
        floor.clock.advance(0.5)
        leg_id = floor.offered_leg()
        assert told(floor, leg_id) == [(ATTENTION_TONE,)]
        floor.clock.advance(PROMPT_SECONDS)
        assert missing(floor) == sounds
        assert line_of(floor, caller).bridged_to == leg_id

    def test_nothing_can_be_played_and_the_caller_comes_at_once(self) -> None:
        """The second agent, for whom nothing is left to try, does not keep the caller waiting."""
        floor = TestFloor(queue_of(policy=SITE, whisper=("shop/support",)))
        floor.switch.missing_sounds |= {"/sounds/en/shop/support.wav", ATTENTION_TONE}
        caller = floor.call_in()
        for agent_id in (ANN, BOB):
            floor.log_in(agent_id, phone=Phone(answers_after_seconds=0.1))
            floor.clock.advance(1)
            leg_id = floor.offered_leg()
            assert line_of(floor, caller).bridged_to == leg_id
            floor.switch.blind_transfer(leg_id)
            floor.switch.park_again(caller, "8001")
            settle()

    def test_a_feature_code_speaks_to_whose_phone_it_is(self) -> None:
        """From the first word; one nobody knows hears the site's until the PIN was right."""
        floor = TestFloor(agent_of(ANN, by_phone(SITE), language=RU))
        hers = dial(floor, "*80")
        assert told(floor, hers) == [("/sounds/ru/feature/pin.wav",)]
        other = dial(floor, "*80", phone="1009@t")
        key(floor, other, f"{ANN}#")
        until(lambda: len(told(floor, other)) == 2, floor)
        assert told(floor, other)[-1] == ("/sounds/en/feature/pin.wav",)
        key(floor, other, f"{ANNS_PIN}#")
        until(lambda: len(told(floor, other)) == 3, floor)
        assert told(floor, other)[-1] == ("/sounds/ru/feature/logged-in.wav",)

    def test_a_standing_line_speaks_to_its_agent(self) -> None:
        """Also on the phone of somebody else, to the goodbye."""
        floor = TestFloor(agent_of(ANN, standing(by_phone(SITE)), language=RU))
        line = line_of(floor, stand(floor))
        key(floor, line.leg_id, "*81")
        until(lambda: line.leg_id not in floor.switch.legs_by_id, floor)
        assert line.announced[-2:] == [
            ("/sounds/ru/feature/logged-out.wav",),
            ("/sounds/ru/menu/goodbye.wav",),
        ]

    def test_what_was_lost_with_the_link_is_said_again(self) -> None:
        """The question, once, to a line on which nothing sounds."""
        floor = TestFloor(agent_of(ANN, by_phone(SITE), language=RU))
        hers = dial(floor, "*80")
        floor.switch.lose_link()
        floor.clock.advance(PROMPT_SECONDS)
        floor.switch.restore_link()
        floor.clock.advance(0.5)
        assert told(floor, hers) == [("/sounds/ru/feature/pin.wav",)] * 2
        floor.clock.advance(PROMPT_SECONDS)
        key(floor, hers, f"{ANNS_PIN}#")
        until(lambda: hers not in floor.switch.legs_by_id, floor)

    def test_star_is_somebody_else(self) -> None:
        """Who is not known any more hears the site's language."""
        floor = TestFloor(agent_of(ANN, by_phone(SITE), language=RU))
        hers = dial(floor, "*80", "*")
        until(lambda: len(told(floor, hers)) == 2, floor)
        assert told(floor, hers)[-1] == ("/sounds/en/feature/agent-number.wav",)

    def test_a_feature_code_falls_back_in_the_same_way(self) -> None:
        """To the site's language, then to a tone of its own; told of like callers' sounds."""
        floor = TestFloor(agent_of(ANN, by_phone(SITE), language=RU))
        sounds = [f"/sounds/{language}/feature/pin.wav" for language in ("ru", "en")]
        floor.switch.missing_sounds |= set(sounds)
        hers = dial(floor, "*80")
        floor.clock.advance(0.2)
        assert told(floor, hers) == [(QUESTION_TONE,)]
        assert missing(floor) == sounds


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
        switchboard = floor.worker.switchboard
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

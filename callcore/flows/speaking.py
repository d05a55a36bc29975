"""What a listener hears of an utterance: their language, else that of the site, else a tone.

The one place where that is decided, for callers, for agents before a call and for whoever dialled
a feature code. A sound that turned out not to be there is not asked for again in the same call, so
that nothing is tried for ever; each is told of once. What the switch did not have in any call
(``missing_sounds``) is not asked for either: a sentence with a hole is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from callcore.domain.announcements import ATTENTION_TONE
from callcore.domain.events import PromptMissing
from callcore.domain.ids import CallId, Language, LegId, NodeName
from callcore.domain.policies import SitePolicy
from callcore.domain.speech import grammar
from callcore.domain.speech.utterances import Utterance
from callcore.flows.missing_sounds import REMEDY
from callcore.flows.site import Site
from callcore.ports.switch_events import PlaybackEnded, PlaybackStarted
from callcore.ports.telephony import HostileTextError

Play = Callable[[tuple[str, ...]], None]
"""Has the switch play sounds one after another on the listener's leg. May raise
``HostileTextError``."""

MUSIC_REMEDY = (
    "name a file on the switch, or a local_stream:// of its local_stream.conf.xml that has files"
)


TOO_LONG_REMEDY = "say it in fewer prompts, or with shorter names"


def spoken_language(policy: SitePolicy, wished: Language | None) -> Language:
    """The language wished for if there is a catalogue of it, else that of the site."""
    return wished if wished in grammar.CATALOGUED else policy.sounds.language


class Voice:
    """Chooses what is played to the listeners of one call, whose legs are on ``node`` now."""

    def __init__(self, site: Site, call_id: CallId, node: Callable[[], NodeName]) -> None:
        self._site = site
        self._call_id = call_id
        self._node = node
        # Tuples: mostly there is none, and an empty set takes 216 bytes for as long as the call.
        self._missing: tuple[str, ...] = ()
        self._refused: tuple[tuple[str, ...], ...] = ()
        self._told: tuple[str, ...] = ()

    def language(self, wished: Language | None) -> Language:
        """In which a listener who wishes for that one is spoken to."""
        return spoken_language(self._site.policy, wished)

    def sounds(self, utterance: Utterance, language: Language, tone: str | None) -> tuple[str, ...]:
        """What to play for it; empty if nothing of all that is there."""
        return next(filter(self._is_whole, self._candidates(utterance, language, tone)), ())

    def is_missing(self, sound: str) -> bool:
        """True if it was found not to be there."""
        return sound in self._missing

    def note_missing(self, path: str, *sounds: str) -> None:
        """The switch could not play ``path``, in which all of ``sounds`` were asked for."""
        self._missing += tuple(one for one in sounds or (path,) if not self.is_missing(one))
        if path in self._told:
            return
        self._told += (path,)
        site, now = self._site, self._site.clock.now()
        if self._is_recording(path) and not site.missing_sounds.note(self._node(), path, now):
            return
        remedy = REMEDY if sounds else MUSIC_REMEDY
        site.facts.publish(PromptMissing(at=now, call_id=self._call_id, what=path, remedy=remedy))

    def note_refused(self, sounds: tuple[str, ...], error: HostileTextError) -> None:
        """No command can have these sounds played in one go."""
        self._refused += (sounds,)
        self._site.facts.publish(
            PromptMissing(
                at=self._site.clock.now(),
                call_id=self._call_id,
                what=f"{len(sounds)} sounds from {sounds[0]} on: {error}",
                remedy=TOO_LONG_REMEDY,
            )
        )

    def _is_recording(self, path: str) -> bool:
        """True for one of ours: of those in a sequence the switch itself tells everybody."""
        directory = self._site.policy.sounds.directory
        return directory is not None and path.startswith(f"{directory}/")

    def _is_whole(self, sounds: tuple[str, ...]) -> bool:
        """True if they can be played in one go, and none of them is known to be missing."""
        site = self._site
        return (
            sounds not in self._refused
            and not any(map(self.is_missing, sounds))
            and not site.missing_sounds.lacks_any(self._node(), sounds, site.clock.now())
        )

    def _candidates(
        self, utterance: Utterance, language: Language, tone: str | None
    ) -> Iterator[tuple[str, ...]]:
        sounds = self._site.policy.sounds
        if sounds.directory is not None:
            for one in dict.fromkeys((language, sounds.language)):
                keys = _keys(utterance, one)
                if keys:
                    yield tuple(f"{sounds.directory}/{one}/{key}.wav" for key in keys)
        if tone is not None:
            yield (tone,)


class Speech:
    """One utterance said to one leg, begun at once: over when it was heard, or nothing is left.

    An end that is told before the beginning is that of the same sounds, played before.
    """

    def __init__(
        self,
        voice: Voice,
        utterance: Utterance,
        language: Language,
        *,
        leg_id: LegId,
        play: Play,
        tone: str | None = ATTENTION_TONE,
    ) -> None:
        self.is_over = not utterance
        self._voice = voice
        self._utterance = utterance
        self._language = language
        self._leg_id = leg_id
        self._play = play
        self._tone = tone
        self._sounds: tuple[str, ...] = ()
        self._has_begun = not utterance
        if utterance:
            self._begin()

    @property
    def has_begun(self) -> bool:
        """True once the switch has told that it is said, or there is nothing to be said."""
        return self._has_begun

    def hear(self, message: object) -> None:
        """Takes a message of the leg's mailbox; what is not there is said otherwise."""
        match message:
            case PlaybackStarted() if self._is_of_it(message):
                self._has_begun = True
            case PlaybackEnded(path=path, is_missing=True) if self._is_of_it(message):
                self._voice.note_missing(path, *self._sounds)
                self._begin()
            case PlaybackEnded() if self._is_of_it(message) and self._has_begun:
                self.is_over = True
            case _:
                pass

    def end(self) -> None:
        """It was stopped: whatever is told of it from now on is nothing."""
        self.is_over = True

    def may_have_begun(self) -> None:
        """The beginning may not have been told: an end from now on is its own."""
        self._has_begun = True

    def repeat(self) -> None:
        """Plays it from the beginning: what was played before was lost."""
        if not self.is_over:
            self._has_begun = False
            self._play(self._sounds)

    def _begin(self) -> None:
        self._has_begun = False
        while sounds := self._voice.sounds(self._utterance, self._language, self._tone):
            self._sounds = sounds
            try:
                self._play(sounds)
            except HostileTextError as error:
                self._voice.note_refused(sounds, error)
            else:
                return
        self.is_over = self._has_begun = True

    def _is_of_it(self, message: PlaybackStarted | PlaybackEnded) -> bool:
        """A switch tells of a sequence by all its sounds in one."""
        return (
            not self.is_over
            and message.leg_id == self._leg_id
            and all(sound in message.path for sound in self._sounds)
        )


def _keys(utterance: Utterance, language: Language) -> tuple[str, ...]:
    """The prompts; of a language without a grammar only those that need none."""
    try:
        return grammar.prompt_keys(utterance, language)
    except grammar.UnknownLanguageError:
        plain = tuple(one for one in utterance if isinstance(one, str))
        return plain if len(plain) == len(utterance) else ()

"""The prompts that are one phrase in every language; those with numbers are the grammars'.

Each is a key of every catalogue. An operator's recording of the same name takes its place.
"""

from __future__ import annotations

WELCOME = "greeting/welcome"
ALL_BUSY = "waiting/all-busy"
THANK_YOU = "waiting/thank-you"
HAVE_DETAILS_READY = "waiting/have-details-ready"
WAIT_HAS_GROWN = "waiting/wait-has-grown"
CALL_RECORDED = "waiting/call-recorded"

REFUSED = "refused/"
"""With the word of an ``OverflowReason`` after it, hyphens for underscores: why a caller is not
served."""

INVALID_KEY = "menu/invalid"
NO_INPUT = "menu/no-input"
DIAL_EXTENSION = "menu/dial-extension"
EXTENSION_INVALID = "menu/extension-invalid"
ONE_MOMENT = "menu/one-moment"
CONNECTING = "menu/connecting"
GOODBYE = "menu/goodbye"

CALLBACK_OFFER = "callback/offer"
"""Before the request to press a key."""
CALLBACK_YOUR_NUMBER = "callback/your-number-is"
CALLBACK_CONFIRM = "callback/confirm"
"""1 for the number that was told, 2 to enter another."""
CALLBACK_ENTER_NUMBER = "callback/enter-number"
CALLBACK_PROMISED = "callback/promised"
CALLBACK_NOT_POSSIBLE = "callback/not-possible"
"""Not on this number."""
CALLBACK_NOT_NOW = "callback/not-now"
"""On no number at the moment."""
CALLBACK_KEEPS_PLACE = "callback/keeps-place"
CALLBACK_CALLING = "callback/calling"
"""What the customer who is called back hears first."""
CALLBACK_CHECK = "callback/check"
"""Asked of the customer who is called back: 1 to be connected, 2 to be called later, 3 for no
more."""
CALLBACK_LATER = "callback/later"
CALLBACK_CANCELLED = "callback/cancelled"
CALLBACK_STILL_WAITING = "callback/still-waiting"
"""After a dialogue that came to nothing: the caller is still in line."""
CALLBACK_ALREADY = "callback/already-promised"
"""Before what is said to those who are promised one."""
CALLBACK_EXPECT = "callback/expect-call-in"
"""Before the wait that is left, as a ``BareWait``."""
WHISPER_CALLBACK = "whisper/callback-for"
"""What an agent hears before the number of the customer who is to be called back."""

SURVEY_INTRODUCTION = "survey/introduction"
SURVEY_SATISFACTION = "survey/satisfaction"
"""A question of 1 to 5."""
SURVEY_RESOLVED = "survey/resolved"
"""A question of yes (1) and no (2)."""
SURVEY_RECOMMEND = "survey/recommend"
"""A question of 0 to 9."""
SURVEY_INVALID = "survey/invalid"
SURVEY_THANKS = "survey/thanks"

FEATURE_AGENT = "feature/agent-number"
FEATURE_PIN = "feature/pin"
FEATURE_LOGGED_IN = "feature/logged-in"
FEATURE_LOGGED_OUT = "feature/logged-out"
FEATURE_ON_BREAK = "feature/on-break"
FEATURE_AVAILABLE = "feature/available"
FEATURE_EXTENDED = "feature/extended"
FEATURE_ALREADY = "feature/already"
FEATURE_AFTER_THE_CALL = "feature/after-the-call"
FEATURE_NOT_POSSIBLE = "feature/not-possible"
FEATURE_WRONG_PIN = "feature/wrong-pin"
FEATURE_LOCKED_OUT = "feature/locked-out"
FEATURE_NOT_READY = "feature/not-ready"
FEATURE_WHICH_BREAK = "feature/which-break"
WHISPER_CALL_FOR = "whisper/call-for"
"""Before the name of a queue, which is the operator's."""
WHISPER_TO_ACCEPT = "whisper/to-accept"
"""Before the request to press a key."""

BREAK = "break/"
"""With the code of a break after it: its name, before the request to press a key."""
USUAL_BREAKS = frozenset({"break/lunch", "break/meeting", "break/short", "break/training"})
"""Those the catalogues name; the others are the operator's."""

LANGUAGE_CHOSEN = "language/chosen"
"""For a menu that lets callers choose: said in the language chosen."""

EVERY = USUAL_BREAKS | frozenset(
    {
        WELCOME,
        ALL_BUSY,
        THANK_YOU,
        HAVE_DETAILS_READY,
        WAIT_HAS_GROWN,
        CALL_RECORDED,
        INVALID_KEY,
        NO_INPUT,
        DIAL_EXTENSION,
        EXTENSION_INVALID,
        ONE_MOMENT,
        CONNECTING,
        GOODBYE,
        CALLBACK_OFFER,
        CALLBACK_YOUR_NUMBER,
        CALLBACK_CONFIRM,
        CALLBACK_ENTER_NUMBER,
        CALLBACK_PROMISED,
        CALLBACK_NOT_POSSIBLE,
        CALLBACK_NOT_NOW,
        CALLBACK_KEEPS_PLACE,
        CALLBACK_CALLING,
        CALLBACK_CHECK,
        CALLBACK_LATER,
        CALLBACK_CANCELLED,
        CALLBACK_STILL_WAITING,
        CALLBACK_ALREADY,
        CALLBACK_EXPECT,
        WHISPER_CALLBACK,
        SURVEY_INTRODUCTION,
        SURVEY_SATISFACTION,
        SURVEY_RESOLVED,
        SURVEY_RECOMMEND,
        SURVEY_INVALID,
        SURVEY_THANKS,
        FEATURE_AGENT,
        FEATURE_PIN,
        FEATURE_LOGGED_IN,
        FEATURE_LOGGED_OUT,
        FEATURE_ON_BREAK,
        FEATURE_AVAILABLE,
        FEATURE_EXTENDED,
        FEATURE_ALREADY,
        FEATURE_AFTER_THE_CALL,
        FEATURE_NOT_POSSIBLE,
        FEATURE_WRONG_PIN,
        FEATURE_LOCKED_OUT,
        FEATURE_NOT_READY,
        FEATURE_WHICH_BREAK,
        WHISPER_CALL_FOR,
        WHISPER_TO_ACCEPT,
        LANGUAGE_CHOSEN,
    }
)
"""All of them but the reasons after ``REFUSED``, which ``treatments`` knows."""

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
CALLBACK_YOUR_NUMBER = "callback/your-number-is"
CALLBACK_CONFIRM = "callback/confirm"
CALLBACK_ENTER_NUMBER = "callback/enter-number"
CALLBACK_PROMISED = "callback/promised"
CALLBACK_NOT_POSSIBLE = "callback/not-possible"
CALLBACK_KEEPS_PLACE = "callback/keeps-place"
CALLBACK_CALLING = "callback/calling"
"""What the customer who is called back hears first."""

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

"""Which file of Debian's ``asterisk-core-sounds-en`` says what an English prompt says."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_NUMBERS = (*range(21), *range(30, 100, 10))

ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        **{f"digit/{digit}": f"digits/{digit}" for digit in range(10)},
        "digit/star": "digits/star",
        "digit/pound": "digits/pound",
        "digit/plus": "letters/plus",
        **{f"number/{number}": f"digits/{number}" for number in _NUMBERS},
        "number/hundred": "digits/hundred",
        "number/thousand": "digits/thousand",
        "number/minus": "digits/minus",
        "minutes/one": "queue-minute",
        "minutes/many": "queue-minutes",
        "press/key": "vm-press",
        "position/you-are-next": "queue-youarenext",
        "position/you-are-number": "queue-thereare",
        "position/waiting-to-speak": "queue-callswaiting",
        "position/more-than": "queue-quantity1",
        "position/callers-waiting": "queue-quantity2",
        "wait/estimated": "queue-holdtime",
        "wait/and": "vm-and",
        "wait/less-than": "queue-less-than",
        "waiting/all-busy": "queue-periodic-announce",
        "waiting/thank-you": "queue-thankyou",
        "menu/invalid": "pm-invalid-option",
        "menu/one-moment": "one-moment-please",
        "menu/goodbye": "vm-goodbye",
        "menu/connecting": "pls-hold-while-try",
        "menu/extension-invalid": "pbx-invalid",
        "feature/agent-number": "agent-user",
        "feature/pin": "agent-pass",
        "feature/logged-in": "agent-loginok",
        "feature/logged-out": "agent-loggedoff",
        "feature/wrong-pin": "vm-incorrect",
        "feature/not-ready": "please-try-call-later",
    }
)
"""By prompt: the file without its ending."""

"""Which file of Debian's ``asterisk-core-sounds-ru`` says what a Russian prompt says."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_NUMBERS = (*range(21), *range(30, 100, 10))

RUSSIAN: Mapping[str, str] = MappingProxyType(
    {
        **{f"digit/{digit}": f"digits/{digit}" for digit in range(10)},
        "digit/star": "digits/star",
        # Its digits/pound are pounds, of money or of weight.
        "digit/plus": "letters/plus",
        **{f"number/{number}": f"digits/{number}" for number in _NUMBERS},
        "number/100": "digits/hundred",
        "number/thousand/one": "digits/thousand",
        "number/thousand/few": "digits/h-thousand",
        "number/minus": "digits/minus",
        "minutes/one": "queue-minute",
        "minutes/many": "queue-minutes",
        "press/key": "vm-press",
        "position/you-are-number": "queue-thereare",
        "position/waiting-to-speak": "queue-callswaiting",
        "waiting/thank-you": "queue-thankyou",
        "menu/goodbye": "goodbye",
        "position/you-are-next": "queue-youarenext",
        "position/more-than": "queue-quantity1",
        "position/callers-waiting": "queue-quantity2",
        "waiting/all-busy": "queue-periodic-announce",
        "menu/invalid": "pm-invalid-option",
        "menu/extension-invalid": "pbx-invalid",
        "menu/connecting": "transfer",
        "feature/agent-number": "agent-user",
        "feature/pin": "agent-pass",
        "feature/logged-in": "agent-loginok",
        "feature/logged-out": "agent-loggedoff",
        "feature/not-ready": "pls-try-call-later",
    }
)
"""By prompt: the file without its ending."""

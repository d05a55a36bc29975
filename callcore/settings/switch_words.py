"""How the file names what a switch has: phones, gateways, extensions, directories, causes."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from callcore.settings.faults import guess, shown
from callcore.settings.hangup_causes import HANGUP_CAUSES
from callcore.settings.scalars import Text, matching

_HOST = r"[A-Za-z0-9_.-]+(?::[0-9]{1,5})?"
_USER = r"[A-Za-z0-9_.+*#-]+"
_AROUND = r"[A-Za-z0-9_.+*#-]*"


def _cause(value: str) -> str:
    if value not in HANGUP_CAUSES:
        raise ValueError(
            f"expected a hangup cause of FreeSWITCH such as NORMAL_CLEARING, found {shown(value)}"
            f"{guess(value, sorted(HANGUP_CAUSES))}"
        )
    return value


Contact = Annotated[
    Text,
    AfterValidator(
        matching(
            rf"user/{_USER}(?:@{_HOST})?"
            rf"|sofia/gateway/[A-Za-z0-9_.-]+/{_USER}"
            rf"|sofia/(?!gateway/)[A-Za-z0-9_.-]+/{_USER}@{_HOST}",
            "user/1001@domain, sofia/PROFILE/USER@HOST or sofia/gateway/GATEWAY/NUMBER",
            longest=256,
        )
    ),
]
CallbackContact = Annotated[
    Text,
    AfterValidator(
        matching(
            rf"sofia/gateway/[A-Za-z0-9_.-]+/{_AROUND}{{number}}{_AROUND}"
            rf"|sofia/(?!gateway/)[A-Za-z0-9_.-]+/{_AROUND}{{number}}{_AROUND}@{_HOST}",
            "sofia/gateway/GATEWAY/{number} or sofia/PROFILE/{number}@HOST",
            longest=200,
        )
    ),
]
"""With room for the number, which has 20 characters at most."""
PeerContact = Annotated[
    Text,
    AfterValidator(
        matching(
            rf"sofia/gateway/[A-Za-z0-9_.-]+/{{user}}"
            rf"|sofia/(?!gateway/)[A-Za-z0-9_.-]+/{{user}}@{_HOST}",
            "sofia/PROFILE/{user}@HOST:PORT or sofia/gateway/GATEWAY/{user}",
            longest=180,
        )
    ),
]
"""With room for the user, which has 64 characters at most."""
SwitchDirectory = Annotated[
    Text,
    AfterValidator(
        matching(
            r"(?:/[A-Za-z0-9_.@+=-]+)+",
            "an absolute path of letters, digits and '_.@+=-'",
            longest=256,
        )
    ),
]
DialplanWord = Annotated[
    Text,
    AfterValidator(matching(r"[A-Za-z0-9_+*#.-]{1,64}", "a word of letters, digits and '_+*#.-'")),
]
VoicemailBox = Annotated[
    Text,
    AfterValidator(matching(r"[A-Za-z0-9_.+-]{1,64}", "a box of letters, digits and '_.+-'")),
]
Cause = Annotated[Text, AfterValidator(_cause)]

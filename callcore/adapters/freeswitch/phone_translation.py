"""What FreeSWITCH tells of phones, in the words of ``ports.switch_events``.

- ``CUSTOM`` with ``sofia::register``, ``sofia::unregister``, ``sofia::expire``: a phone came, went,
  was not heard of for too long (``sofia_reg.c``; the names of headers differ among them).
- ``CHANNEL_CREATE``: a phone is called or dials, be it callcore's doing or not. No earlier event
  names the phone, and of a phone that dials none follows before somebody rings. Its variables are
  those of the dial string or, after the password was right, of the directory.
"""

from __future__ import annotations

from callcore.adapters.freeswitch import headers
from callcore.adapters.freeswitch.cleaning import cleaned
from callcore.adapters.freeswitch.headers import PhoneHeaders, leg_id_of, one
from callcore.domain import phones
from callcore.domain.ids import LegId, Micros, NodeName
from callcore.domain.phones import Phone
from callcore.ports import switch_events
from callcore.ports.telephony import PhoneLeg

CUSTOM = "CUSTOM"
CHANNEL_CREATE = "CHANNEL_CREATE"
SUBSCRIBED = (CHANNEL_CREATE, CUSTOM)

_REGISTER = "sofia::register"
_UNREGISTER = "sofia::unregister"
_EXPIRE = "sofia::expire"
OFFER_LIMIT = 64

REGISTRATIONS = (_REGISTER, _UNREGISTER, _EXPIRE)
"""The kinds of ``CUSTOM`` that are asked for."""


def event_of(name: str, body: bytes, node: NodeName, at: Micros) -> switch_events.PhoneEvent | None:
    """What one of ``SUBSCRIBED`` says, or ``None`` if it is of no phone that an agent may have.

    Raises ``IncompleteEventError`` and ``headers.UnreadableEventError``.
    """
    told = headers.phone_headers(body)
    return _call_of(told, node, at) if name == CHANNEL_CREATE else _registration_of(told, node, at)


def phone_leg_of(body: bytes) -> tuple[LegId, PhoneLeg] | None:
    """The phone that a leg is to or from, as ``uuid_dump <uuid> json`` tells it; ``None`` if it is
    none that the switch knows by name.

    Raises ``IncompleteEventError`` and ``headers.UnreadableEventError``.
    """
    told = headers.phone_headers(body)
    phone = _phone_of(told)
    if phone is None:
        return None
    return leg_id_of(told.leg_id), PhoneLeg(
        phone=phone, is_offer=_is_offer(told), offer_id=_offer(told), from_node=_node(told)
    )


def may_concern(row: headers.ChannelRow, wanted: frozenset[Phone], users: frozenset[str]) -> bool:
    """True if a listed channel may be to or from a wanted phone; ``users`` are theirs.

    The list names the phone of a leg that was called. Of one that calls it has only what From says,
    which is who it is to be, but not who it is.
    """
    if row.direction == "outbound":
        return phones.phone_at(row.presence_id) in wanted
    claimed = row.name.rpartition("/")[2].partition("@")[0]
    return claimed in users or row.cid_num in users


def _registration_of(
    told: PhoneHeaders, node: NodeName, at: Micros
) -> switch_events.PhoneEvent | None:
    subclass = one(told.subclass)
    if subclass == _EXPIRE:
        phone = phones.phone(one(told.user), one(told.host))
    else:
        phone = phones.phone(one(told.from_user), one(told.from_host))
    if phone is None or subclass not in REGISTRATIONS:
        return None
    if subclass == _REGISTER:
        return switch_events.PhoneRegistered(node=node, at=at, phone=phone)
    return switch_events.PhoneUnregistered(node=node, at=at, phone=phone)


def _call_of(told: PhoneHeaders, node: NodeName, at: Micros) -> switch_events.PhoneEvent | None:
    phone = _phone_of(told)
    if phone is None:
        return None
    return switch_events.PhoneCallBegan(
        node=node,
        at=at,
        phone=phone,
        leg_id=leg_id_of(told.leg_id),
        is_offer=_is_offer(told),
        offer_id=_offer(told),
        from_node=_node(told),
    )


def _is_offer(told: PhoneHeaders) -> bool:
    """True if callcore calls the phone for an offer: from here, or through here."""
    return bool(one(told.offer) or one(told.peer_offer))


def _offer(told: PhoneHeaders) -> str:
    """The offer of another node of ours, which has the phone called through this one."""
    return cleaned(one(told.peer_offer), OFFER_LIMIT)


def _phone_of(told: PhoneHeaders) -> Phone | None:
    if one(told.direction) == "inbound":
        return phones.phone(one(told.calling_user), one(told.calling_domain))
    return phones.phone_at(one(told.presence)) or phones.phone(
        one(told.dialled_user), one(told.dialled_domain)
    )


def _node(told: PhoneHeaders) -> NodeName | None:
    """The node of ours that has the phone called through this one."""
    return NodeName(cleaned(one(told.peer_node), OFFER_LIMIT)) or None

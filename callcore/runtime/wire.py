"""Dataclasses as bytes and back, of whichever of several kinds one is, and what they hold too.

msgspec tells the members of a union apart by a tag, which only its own structs have. So each
dataclass has a struct of its fields beside it, made from its annotations when a ``Wire`` is made;
it is known on the wire by the name of its class; so has what is a struct already. Fields are known
by name: a reader that knows more fields fills in their defaults, one that knows fewer passes over
them.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import MISSING, fields, is_dataclass
from functools import reduce
from operator import or_
from typing import Any, Generic, TypeVar, cast, get_args, get_origin, get_type_hints

import msgspec

T = TypeVar("T")


class UnreadableError(ValueError):
    """The bytes are of no kind that is known here, or are damaged."""


class Wire(Generic[T]):
    """Encodes and decodes the dataclasses and structs of one union.

    Their fields may hold what msgspec knows, dataclasses and unions of them; two classes of one
    name may not meet in one union.
    """

    def __init__(self, union: object) -> None:
        """``union`` is one of them or a union of some; ``T`` is to be the same."""
        self._structs: dict[type, type[msgspec.Struct]] = {}
        self._kinds: dict[type, tuple[type, tuple[str, ...]]] = {}
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(self._beside(union))

    def encode(self, value: T) -> bytes:
        """The bytes; what UTF-8 cannot hold in a text becomes a question mark."""
        try:
            return self._encoder.encode(self._struct_of(value, is_encodable=True))
        except UnicodeEncodeError:
            return self._encoder.encode(self._struct_of(value, is_encodable=False))

    def decode(self, data: bytes) -> T:
        """The value. Raises ``UnreadableError``."""
        try:
            return cast("T", self._value_of(self._decoder.decode(data)))
        except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
            raise UnreadableError(str(error)) from error

    def _beside(self, hint: Any) -> Any:  # noqa: ANN401  annotations have no type of their own
        """The annotation, with structs in the place of dataclasses."""
        if isinstance(hint, type) and (is_dataclass(hint) or issubclass(hint, msgspec.Struct)):
            return self._structs.get(hint) or self._made(hint)
        arguments = tuple(self._beside(argument) for argument in get_args(hint))
        if not arguments:
            return hint
        origin = get_origin(hint)
        if origin in {typing.Union, types.UnionType}:
            return reduce(or_, arguments)
        return cast("Any", origin)[arguments]

    def _made(self, kind: type) -> type[msgspec.Struct]:
        hints = get_type_hints(kind)
        described: list[Any] = []
        may_lack = _may_lack(kind)
        for name, has_default in may_lack.items():
            hint = self._beside(hints[name])
            if has_default:
                # Left out it stays so, and the class knows its own default.
                described.append((name, hint | msgspec.UnsetType, msgspec.UNSET))
            else:
                described.append((name, hint))
        struct = msgspec.defstruct(kind.__name__, described, tag=kind.__name__, kw_only=True)
        self._structs[kind] = struct
        self._kinds[struct] = kind, tuple(may_lack)
        return struct

    def _struct_of(self, value: Any, *, is_encodable: bool) -> Any:  # noqa: ANN401  any field's value
        def inside(value: Any) -> Any:  # noqa: ANN401
            struct = self._structs.get(type(value))
            if struct is not None:
                _, names = self._kinds[struct]
                return struct(**{name: inside(getattr(value, name)) for name in names})
            if isinstance(value, str):
                return value if is_encodable else value.encode(errors="replace").decode()
            if isinstance(value, bytes):
                return value
            if isinstance(value, Mapping):
                return {inside(key): inside(each) for key, each in value.items()}
            if isinstance(value, Sequence | AbstractSet):
                return [inside(each) for each in value]
            return value

        return inside(value)

    def _value_of(self, value: Any) -> Any:  # noqa: ANN401  any field's value
        known = self._kinds.get(type(value))
        if known is not None:
            kind, names = known
            told = {name: getattr(value, name) for name in names}
            return kind(
                **{
                    name: self._value_of(each)
                    for name, each in told.items()
                    if each is not msgspec.UNSET
                }
            )
        if isinstance(value, dict):
            return {self._value_of(key): self._value_of(each) for key, each in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return type(value)(self._value_of(each) for each in value)
        return value


def _may_lack(kind: Any) -> dict[str, bool]:  # noqa: ANN401  a class of either sort
    """The fields of a dataclass or struct, and whether each has a default."""
    if issubclass(kind, msgspec.Struct):
        return {field.name: not field.required for field in msgspec.structs.fields(kind)}
    return {
        field.name: field.default is not MISSING or field.default_factory is not MISSING
        for field in fields(kind)
    }

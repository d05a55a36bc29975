"""Who follows which calls: implements ``ports.stores.ShardLeases``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from callcore.adapters.redisdb.durations import micros
from callcore.adapters.redisdb.keys import Keys
from callcore.adapters.redisdb.rows import json_text, ours
from callcore.adapters.redisdb.scripts import Scripts
from callcore.domain.ids import MICROS_PER_SECOND, NodeName
from callcore.domain.sharding import Shard, WorkerId
from callcore.ports.stores import Census, Holding, WorkerCard

DEAD_REMEMBERED_SECONDS: Final = 86_400.0


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a card says besides its worker's life."""

    reaches: frozenset[NodeName]
    is_leaving: bool
    host: str = ""


_told_decoder = msgspec.json.Decoder(_Told)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shares:
    """Whose the shards are, and the texts that say so."""

    texts: tuple[str, ...]
    living: frozenset[str]
    holdings: Mapping[Shard, Holding]
    released: Mapping[Shard, int]


class RedisShardLeases:
    """The leases of one site's workers."""

    def __init__(self, scripts: Scripts, keys: Keys) -> None:
        self._scripts = scripts
        self._keys = [
            *(keys.workers(), keys.lease_time(), keys.cards()),
            *(keys.holders(), keys.tokens(), keys.followed_tokens()),
        ]
        self._epoch_key = keys.epoch()
        self._shares: _Shares | None = None
        """As of the beat before: shards seldom change hands, and workers beat often."""

    def beat(self, card: WorkerCard, lease_seconds: float) -> Census:
        """Renews the worker's lease, and with it whatever it holds; who lives and holds what."""
        card_text = json_text(
            _Told(reaches=card.reaches, is_leaving=card.is_leaving, host=card.host)
        )
        found = self._scripts.beat.find(
            [*self._keys, self._epoch_key],
            [
                *(card.worker_id, card.life, card_text),
                *(micros(lease_seconds), micros(DEAD_REMEMBERED_SECONDS)),
            ],
        )
        with ours("what is told of workers and shards"):
            living_text, *texts, age, epoch = found
            living = _pairs(living_text.split("\n")[:-1])
            shares = self._shares_of(tuple(texts), frozenset(living))
            return Census(
                workers={
                    WorkerId(name): _card(WorkerId(name), text) for name, text in living.items()
                },
                holdings=shares.holdings,
                released=shares.released,
                age_seconds=int(age) / MICROS_PER_SECOND,
                epoch=epoch,
            )

    def claim(self, card: WorkerCard, shards: Collection[Shard]) -> Mapping[Shard, int]:
        """Those of the shards that were nobody's, and are the worker's now, with their tokens."""
        names = [shard.name for shard in shards]
        found = self._scripts.claim.find(self._keys, [card.worker_id, card.life, *names])
        return _with_tokens(found)

    def give(
        self, card: WorkerCard, shards: Collection[Shard], heir: WorkerId | None
    ) -> Mapping[Shard, int]:
        """Hands shards to a living worker, or to nobody; those given, with their tokens."""
        names = [shard.name for shard in shards]
        found = self._scripts.give.find(self._keys, [card.worker_id, card.life, heir or "", *names])
        return _with_tokens(found)

    def life_of(self, worker_id: WorkerId) -> str | None:
        """The life of the worker of that name that has beaten a lease ago or later."""
        found = self._scripts.life_of.find(self._keys[:3], [worker_id])
        return None if found is None else str(found)

    def end(self, worker_id: WorkerId, life: str) -> None:
        """The worker lives no more, if that is its life."""
        self._scripts.end_life.find(self._keys[:4], [worker_id, life])

    def _shares_of(self, texts: tuple[str, ...], living: frozenset[str]) -> _Shares:
        known = self._shares
        if known is None or (known.texts, known.living) != (texts, living):
            self._shares = known = _read(texts, living)
        return known


def _pairs(found: Sequence[str]) -> dict[str, str]:
    return dict(zip(found[::2], found[1::2], strict=True))


def _read(texts: tuple[str, ...], living: frozenset[str]) -> _Shares:
    holders, tokens, followed = (_pairs(text.split("\n")[:-1]) for text in texts)
    holdings = {
        _shard(name): Holding(
            worker_id=WorkerId(holder), token=int(tokens[name]), follows=int(followed[name])
        )
        for name, holder in holders.items()
        if holder in living
    }
    released = {_shard(name): int(tokens[name]) for name, who in holders.items() if not who}
    return _Shares(texts=texts, living=living, holdings=holdings, released=released)


def _card(worker_id: WorkerId, text: str) -> WorkerCard:
    life, _, told_text = text.split(" ", 2)
    told = _told_decoder.decode(told_text)
    return WorkerCard(
        worker_id=worker_id,
        life=life,
        reaches=told.reaches,
        is_leaving=told.is_leaving,
        host=told.host,
    )


def _shard(name: str) -> Shard:
    node, _, part = name.rpartition(":")
    return Shard(NodeName(node), part)


def _with_tokens(found: Any) -> dict[Shard, int]:  # noqa: ANN401  an answer from outside
    with ours("shards and their tokens"):
        return {_shard(name): int(token) for name, token in _pairs(found).items()}

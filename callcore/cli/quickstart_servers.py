"""Whether the servers that somebody names will do: each is really asked."""

from __future__ import annotations

from dataclasses import dataclass

SECONDS = 5.0
"""How long each may take to answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found."""

    summary: str = ""
    """What it is, where it answered."""
    faults: tuple[str, ...] = ()
    """Why callcore cannot work with it."""
    remarks: tuple[str, ...] = ()
    domain: str = ""
    """Of a switch: under which it knows phones."""
    has_our_dialplan: bool = False


def of_switch(name: str, host: str, port: int, password: str) -> Verdict:
    """Whether it lets us in and has what callcore needs."""
    from callcore.adapters.freeswitch import inspecting  # noqa: PLC0415 - spared by other commands
    from callcore.domain.ids import NodeName  # noqa: PLC0415 - the same
    from callcore.domain.policies import NodePolicy  # noqa: PLC0415 - the same
    from callcore.ports.telephony import TelephonyError  # noqa: PLC0415 - the same
    from callcore.runtime.clock import SystemClock  # noqa: PLC0415 - the same

    policy = NodePolicy(
        name=NodeName(name),
        host=host,
        port=port,
        connect_timeout_seconds=SECONDS,
        command_timeout_seconds=SECONDS,
    )
    try:
        found = inspecting.inspect(policy, password, SystemClock())
    except TelephonyError as fault:
        return Verdict(faults=(str(fault),))
    return Verdict(
        summary=f"FreeSWITCH {found.version} at {host}:{port}",
        faults=found.faults,
        remarks=found.remarks,
        domain=found.domain,
        has_our_dialplan=found.has_our_dialplan,
    )


def of_redis(url: str, site: str, password: str | None) -> Verdict:
    """Whether it answers, to whoever we are there."""
    from callcore.adapters.redisdb.connecting import Access  # noqa: PLC0415 - as above
    from callcore.adapters.redisdb.floor import Floor  # noqa: PLC0415 - the same
    from callcore.ports.stores import StoreError  # noqa: PLC0415 - the same

    try:
        floor = Floor(url, site, access=Access(password=password), command_timeout_seconds=SECONDS)
    except ValueError as fault:
        return Verdict(faults=(str(fault),))
    try:
        floor.ping()
    except StoreError as fault:
        return Verdict(faults=(str(fault),))
    finally:
        floor.close()
    return Verdict(summary="Redis answers")


def of_postgres(url: str, password: str | None) -> Verdict:
    """Whether the database lets us in, and is not of a newer callcore."""
    from callcore.adapters.postgres import migrations  # noqa: PLC0415 - as above
    from callcore.adapters.postgres.pool import PostgresUrlError  # noqa: PLC0415 - the same

    try:
        migrations.check(url, password=password, deadline_seconds=SECONDS)
    except migrations.DatabaseOlderError:
        return Verdict(summary="Postgres answers; callcore makes its tables when it starts")
    except (migrations.MigrationError, PostgresUrlError) as fault:
        return Verdict(faults=(str(fault),))
    return Verdict(summary="Postgres answers, and has callcore's tables")

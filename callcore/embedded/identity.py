"""Decides as whom a server runs that refuses to run as root, as Postgres does.

Root in a user namespace that shows it as ``nobody`` comes first: no account is made, no mode
is changed, files stay root's, and it works below a directory that only root may enter. Where
namespaces are off (many containers) an existing unprivileged account takes its place. A user
id without an account, which Postgres refuses too, is helped by the namespace alone.
"""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass

from callcore.embedded.faults import EmbeddedServerError

NOBODY_ID = 65534
_ACCOUNTS = ("postgres", "nobody")
_TRIAL_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """How a command is run as somebody: words put before it, or an account its process takes."""

    prefix: tuple[str, ...] = ()
    account: pwd.struct_passwd | None = None

    @property
    def owner_id(self) -> int:
        """To whom the files belong that the process makes, as we see it."""
        return os.geteuid() if self.account is None else self.account.pw_uid

    def take(self) -> None:
        """Makes this process, a child before its exec, the account's."""
        if self.account is not None:
            os.setgroups([])
            os.setgid(self.account.pw_gid)
            os.setuid(self.account.pw_uid)


OURSELVES = Identity()
IN_NAMESPACE = Identity(
    prefix=("unshare", "--user", f"--map-user={NOBODY_ID}", f"--map-group={NOBODY_ID}", "--")
)


def unprivileged() -> Identity:
    """An identity under which Postgres consents to run."""
    if os.geteuid() != 0 and _has_account(os.geteuid()):
        return OURSELVES
    if _has_account(NOBODY_ID) and _succeeds(IN_NAMESPACE):
        return IN_NAMESPACE
    if os.geteuid() != 0:
        raise EmbeddedServerError(
            f"PostgreSQL does not run for user id {os.geteuid()}, which has no account, and user "
            "namespaces are off: add an account for it, or set postgres.url"
        )
    for name in _ACCOUNTS:
        try:
            return Identity(account=pwd.getpwnam(name))
        except KeyError:
            continue
    raise EmbeddedServerError(
        "PostgreSQL does not run as root, user namespaces are off and there is no account "
        f"{' or '.join(_ACCOUNTS)}: start callcore as an ordinary user, or set postgres.url"
    )


def _has_account(user_id: int) -> bool:
    try:
        pwd.getpwuid(user_id)
    except KeyError:
        return False
    return True


def _succeeds(identity: Identity) -> bool:
    try:
        return (
            subprocess.run(
                [*identity.prefix, "true"],
                check=False,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_TRIAL_SECONDS,
            ).returncode
            == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False

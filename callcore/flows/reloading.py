"""The configuration is read again: when somebody asks, and when the site has another one.

One greenlet does it, one request after the other, so that the second of two sees the newest file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from callcore.domain import reload_warnings
from callcore.domain.events import (
    BY_START,
    ConfigurationApplied,
    ConfigurationRefused,
    ConfigurationUnchanged,
    FlowFailed,
    StoreFailed,
)
from callcore.flows.putting_in_force import PuttingInForce
from callcore.flows.site import Site
from callcore.flows.site_version import SiteVersion
from callcore.ports.config_versions import AnnouncedVersion
from callcore.ports.configuration import (
    Configuration,
    ConfigurationError,
    ConfigurationSource,
    NoFileError,
)
from callcore.ports.operations import (
    ConfigRefusedError,
    ConfigView,
    NoConfigError,
    NotReadyError,
    OperationError,
    ReloadAnswer,
)
from callcore.ports.stores import StoreError
from callcore.ports.surroundings import Timer
from callcore.runtime.mailbox import Mailbox
from callcore.runtime.reply import NoReplyError, Reply

REPLY_SECONDS = 60.0
"""To read a file of thousands of agents and to tell Redis of each takes seconds."""

LOOK_SECONDS = 15.0
SERVING_OUT_LOOK_SECONDS = 5.0
SHARED_LOOK_SECONDS = 1.0
"""For so long the workers of a site may follow different settings."""
"""While queues that were taken out are served out."""
RETRY_SECONDS = 1.0

UNFINISHED = "Redis does not answer: agents and queues follow as soon as it does"


class NoFile:
    """``ports.configuration.ConfigurationSource`` of a process without a settings file."""

    def read(self) -> Configuration:
        """Raises ``NoFileError``."""
        raise NoFileError("callcore was started without --config: there is no file to read")

    def has_changed(self) -> bool:
        """Never."""
        return False

    def applied(self, configuration: Configuration) -> None:
        """Nothing depends on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReloadAsked:
    by: str
    reply: Reply[ReloadAnswer]


@dataclass(frozen=True, slots=True)
class _LookDue:
    pass


_Message: TypeAlias = _ReloadAsked | _LookDue


class Reloading:
    """The part of ``ports.operations.Operations`` that is about the configuration."""

    def __init__(self, site: Site, putting: PuttingInForce, source: ConfigurationSource) -> None:
        self._site = site
        self._putting = putting
        self._source = source
        self._site_version = SiteVersion(site)
        self._mailbox: Mailbox[_Message] = Mailbox(site.clock)
        self._loaded = (site.clock.now(), BY_START)
        self._latest = ReloadAnswer(version=site.policies.version, is_changed=False)
        self._timer: Timer | None = None
        self._tried = ""
        """Which version of the site the settings file was last read for."""

    def open(self) -> None:
        """Announces what this process was started with. May raise ``StoreError``."""
        site = self._site
        site.facts.publish(
            ConfigurationApplied(at=site.clock.now(), version=site.policies.version, by=BY_START)
        )
        self._site_version.announce(BY_START)

    def run(self) -> None:
        """Does what is asked, and looks now and then what the site runs, for ever."""
        self._look_later()
        while True:
            match self._mailbox.take():
                case _ReloadAsked() as asked:
                    self._answer(asked)
                case _LookDue():
                    self._look_guarded()

    def reload(self, *, by: str) -> ReloadAnswer:
        """Reads the settings again and puts them in force."""
        reply: Reply[ReloadAnswer] = Reply()
        self._mailbox.post(_ReloadAsked(by=by, reply=reply))
        try:
            return reply.wait(REPLY_SECONDS)
        except NoReplyError as error:
            message = f"the reload goes on: {error}; `callcore config` tells what is in force"
            raise NotReadyError(message) from error

    def configuration(self) -> ConfigView:
        """The configuration in force."""
        site, (loaded_at, loaded_by) = self._site, self._loaded
        try:
            announced = site.config_versions.announced()
        except StoreError:
            announced = None
        return ConfigView(
            version=site.policies.version,
            loaded_at=loaded_at,
            loaded_by=loaded_by,
            changes=self._latest.changes,
            warnings=self._latest.warnings,
            needs_restart=self._latest.needs_restart,
            retired_queues=tuple(sorted(site.policy.retired)),
            site_version=None if announced is None else announced.version,
        )

    def _look_guarded(self) -> None:
        try:
            self._look()
        except Exception as error:  # noqa: BLE001 - the next look is to be taken
            self._failed(error)
        self._look_later()

    def _answer(self, asked: _ReloadAsked) -> None:
        try:
            asked.reply.give(self._reload(asked.by))
        except OperationError as refusal:
            asked.reply.refuse(refusal)
        except Exception as error:  # noqa: BLE001 - the next request is to be answered
            self._failed(error)
            asked.reply.refuse(NotReadyError("the reload failed: the log says why"))

    def _reload(self, by: str) -> ReloadAnswer:
        try:
            read = self._source.read()
        except NoFileError as error:
            raise NoConfigError(self._refused(by, str(error))) from error
        except ConfigurationError as error:
            raise ConfigRefusedError(self._refused(by, str(error))) from error
        if self._is_in_force(read):
            now, version = self._site.clock.now(), read.version
            self._site.facts.publish(ConfigurationUnchanged(at=now, version=version, by=by))
            return ReloadAnswer(
                version=version,
                is_changed=False,
                warnings=reload_warnings.of_settings(read.warnings, read.needs_restart),
                needs_restart=read.needs_restart,
            )
        try:
            answer = self._put(read, by)
        except StoreError as error:
            reason = self._refused(by, f"Redis does not answer, and nothing is changed: {error}")
            raise NotReadyError(reason) from error
        self._announce(by)
        return answer

    def _is_in_force(self, read: Configuration) -> bool:
        """Without Redis, as far as this process knows."""
        policies = self._site.policies
        if read.version != policies.version or read.policy != policies.configured:
            return False
        try:
            return self._putting.is_finished and self._site_version.other() is None
        except StoreError:
            return True

    def _put(self, read: Configuration, by: str) -> ReloadAnswer:
        """Whoever has put another one in force meanwhile has moved agents we know nothing of."""
        is_everybody_enrolled = self._site_version.other() is not None
        made = self._putting.put(read, by, is_everybody_enrolled=is_everybody_enrolled)
        self._source.applied(read)
        self._loaded = (self._site.clock.now(), by)
        unfinished = () if self._putting.is_finished else (UNFINISHED,)
        self._latest = ReloadAnswer(
            version=read.version,
            is_changed=True,
            changes=made.changes,
            warnings=(*made.warnings, *unfinished),
            needs_restart=read.needs_restart,
        )
        self._look_later()
        return self._latest

    def _announce(self, by: str) -> None:
        try:
            self._site_version.announce(by)
        except StoreError as error:
            self._redis_failed(error)

    def _look(self) -> None:
        """Makes up for what Redis has not heard of; ends queues that are served out; follows."""
        if not self._putting.finish():
            return
        try:
            self._putting.let_go_retired()
            other = self._site_version.other()
            if other is not None:
                self._follow(other)
        except StoreError as error:
            self._redis_failed(error)

    def _follow(self, other: AnnouncedVersion) -> None:
        """Puts the site's configuration in force here too, if our own file gives it. The file is
        not read again before it looks another than it did.
        """
        if other.version == self._tried and not self._source.has_changed():
            return
        self._tried = other.version
        try:
            read = self._source.read()
        except ConfigurationError as error:
            self._site_version.differs(other, f"put the site's file here: {error}")
            return
        if read.version != other.version:
            self._site_version.differs(
                other,
                f"the settings file here is of version {read.version}: put the site's file here, "
                "or have the site run this one by `callcore reload` on this machine",
            )
            return
        self._put(read, other.by)
        self._site_version.other()

    def _look_later(self) -> None:
        """In time for what is to be done next; one look at a time is planned."""
        if self._timer is not None:
            self._timer.cancel()
        if not self._putting.is_finished:
            seconds = RETRY_SECONDS
        elif not self._site.tenure.is_alone:
            seconds = SHARED_LOOK_SECONDS
        elif self._site.policy.retired:
            seconds = SERVING_OUT_LOOK_SECONDS
        else:
            seconds = LOOK_SECONDS
        self._timer = self._mailbox.post_after(seconds, _LookDue())

    def _refused(self, by: str, reason: str) -> str:
        now, version = self._site.clock.now(), self._site.policies.version
        self._site.facts.publish(
            ConfigurationRefused(at=now, version=version, by=by, reason=reason)
        )
        return reason

    def _failed(self, error: Exception) -> None:
        now = self._site.clock.now()
        self._site.facts.publish(FlowFailed(at=now, flow="reloading", reason=repr(error)))

    def _redis_failed(self, error: StoreError) -> None:
        now = self._site.clock.now()
        self._site.facts.publish(StoreFailed(at=now, store="redis", reason=str(error)))

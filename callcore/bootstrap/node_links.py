"""The links to the nodes of a site: made with what they tell, and what is known of the nodes."""

from __future__ import annotations

from collections.abc import Callable, Collection

from callcore.adapters.freeswitch.poking import Poking
from callcore.adapters.freeswitch.switch import FreeSwitch
from callcore.adapters.logs.setup import Log
from callcore.adapters.prom.metrics import Metrics
from callcore.bootstrap.links import LinkNews
from callcore.bootstrap.readiness import Readiness
from callcore.domain.ids import NodeName
from callcore.domain.nodes import Nodes
from callcore.flows.overload import Strain
from callcore.flows.tenure import Tenure
from callcore.ports.surroundings import Clock
from callcore.ports.switch_events import SwitchEvent
from callcore.settings import NodeSettings

Deliver = Callable[[SwitchEvent], None]


class NodeLinks:
    """Makes them. ``site`` is the name by which the owners of legs are kept apart."""

    def __init__(
        self,
        site: str,
        *,
        clock: Clock,
        tenure: Tenure,
        metrics: Metrics,
        log: Log,
        readiness: Readiness,
    ) -> None:
        self._site = site
        self._clock = clock
        self._tenure = tenure
        self._metrics = metrics
        self._log = log
        self._readiness = readiness
        self._poking = Poking(clock)
        self.news: list[LinkNews] = []
        """What each link tells."""
        self.strains: dict[str, Strain] = {}
        """How far behind reading each link is, by name; filled as links are made."""

    def open(self, nodes: Collection[NodeSettings], deliver: Deliver) -> dict[NodeName, FreeSwitch]:
        """A link to each, not started yet."""
        links = {node.policy.name: self._link(node, deliver) for node in nodes}
        self._readiness.watch_switches(links)
        return links

    def known(self, nodes: Collection[NodeSettings]) -> Nodes:
        """What is to be known of the nodes, whose phones reach each other as the settings say."""
        contacts = {node.policy.name: node.policy.peer_contact for node in nodes}
        known = Nodes({name: contact for name, contact in contacts.items() if contact is not None})
        self._readiness.watch_nodes(known)
        return known

    def _link(self, node: NodeSettings, deliver: Deliver) -> FreeSwitch:
        name = node.policy.name
        link = FreeSwitch(
            node.policy,
            node.password,
            clock=self._clock,
            deliver=deliver,
            observe=self._news_of(name),
            site=self._site,
            may_act=lambda: self._tenure.may_command(name),
            poking=self._poking,
        )
        self.strains[f"events:{name}"] = lambda: link.unread_seconds
        return link

    def _news_of(self, node: NodeName) -> LinkNews:
        news = LinkNews(node, self._metrics, self._log)
        self.news.append(news)
        self._readiness.explain(node, lambda: news.reason)
        return news

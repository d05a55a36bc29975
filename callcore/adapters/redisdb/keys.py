"""Every key name of the floor.

All keys of a site carry one hash tag, so that a script may span a queue and an agent and a
cluster may still spread its sites.
"""

from __future__ import annotations

from callcore.domain.ids import AgentId, CallId, NodeName, QueueName
from callcore.domain.sharding import Shard, WorkerId


class Keys:
    """The key names of one site."""

    def __init__(self, site: str) -> None:
        self._site = f"callcore:{{{site}}}"

    def epoch(self) -> str:
        """String: a random value that changes when the data were lost."""
        return f"{self._site}:epoch"

    def config(self) -> str:
        """String: the version of the configuration that the site runs, as JSON."""
        return f"{self._site}:config"

    def request(self, verb: str, request_id: str) -> str:
        """String: the answer already given to a request."""
        return f"{self._site}:request:{verb}:{request_id}"

    def waiting(self, queue: QueueName) -> str:
        """Sorted set: call ids of callers who wait and are not being offered, by score."""
        return f"{self._site}:queue:{queue}:waiting"

    def offered(self, queue: QueueName) -> str:
        """Sorted set: call ids of callers who are being offered, by the same score."""
        return f"{self._site}:queue:{queue}:offered"

    def free_agents(self, queue: QueueName) -> str:
        """Sorted set: ids of agents who may be asked, by level and then by the queue's order."""
        return f"{self._site}:queue:{queue}:free_agents"

    def staffed(self, queue: QueueName) -> str:
        """Set: ids of agents who are logged in and not on a break."""
        return f"{self._site}:queue:{queue}:staffed"

    def rates(self, queue: QueueName) -> str:
        """Hash: what the queue has learnt of its callers, sums by weight."""
        return f"{self._site}:queue:{queue}:rates"

    def dropped(self, queue: QueueName, number: str) -> str:
        """String: the place that a caller with that number, as it is known may have again."""
        return f"{self._site}:queue:{queue}:dropped:{number}"

    def promise(self, queue: QueueName, number: str) -> str:
        """String: the call id of the latest callback promised to that number, as it is known."""
        return f"{self._site}:queue:{queue}:promise:{number}"

    def promises(self, queue: QueueName) -> str:
        """Set: call ids of callbacks promised that are not kept yet."""
        return f"{self._site}:queue:{queue}:promises"

    def deferred(self, queue: QueueName) -> str:
        """Sorted set: of the promises those that wait and are not due, by the same score."""
        return f"{self._site}:queue:{queue}:deferred"

    def last_agent(self, queue: QueueName, number: str) -> str:
        """String: who talked last with a caller of that number, as it is known."""
        return f"{self._site}:queue:{queue}:last_agent:{number}"

    def closures(self) -> str:
        """Hash: each queue closed by command, and how, as JSON."""
        return f"{self._site}:closures"

    def node_drains(self) -> str:
        """Hash: each node that is being emptied, since when and by whom, as JSON."""
        return f"{self._site}:node_drains"

    def call(self, call_id: CallId) -> str:
        """Hash: a call on the floor, or one that ended and is remembered."""
        return f"{self._site}:call:{call_id}"

    def calls_of_node(self, node: NodeName) -> str:
        """Set: ids of the calls of a node, ended ones included."""
        return f"{self._site}:node:{node}:calls"

    def agent(self, agent_id: AgentId) -> str:
        """Hash: an agent of the roster."""
        return f"{self._site}:agent:{agent_id}"

    def agents(self) -> str:
        """Set: ids of all agents."""
        return f"{self._site}:agents"

    def leases(self) -> str:
        """Sorted set: agent ids by the end of their lease, of their rest after a miss, or of their
        longest break.
        """
        return f"{self._site}:leases"

    def records(self) -> str:
        """Stream: call records that have not reached Postgres."""
        return f"{self._site}:records"

    def set_aside_records(self) -> str:
        """Stream: entries of ``records`` that could not be read, or that Postgres refused."""
        return f"{self._site}:records:set_aside"

    def agent_changes(self) -> str:
        """Stream: changes of agents that have not reached Postgres."""
        return f"{self._site}:agent_changes"

    def set_aside_agent_changes(self) -> str:
        """Stream: entries of ``agent_changes`` that could not be read."""
        return f"{self._site}:agent_changes:set_aside"

    def wrong_pins(self, agent_id: AgentId) -> str:
        """String: how many wrong PINs were given for an agent."""
        return f"{self._site}:wrong_pins:{agent_id}"

    def recorded(self, call_id: CallId) -> str:
        """String: a mark that the call's record was appended."""
        return f"{self._site}:recorded:{call_id}"

    def workers(self) -> str:
        """Sorted set: workers by the end of their lease."""
        return f"{self._site}:workers"

    def lease_time(self) -> str:
        """Hash: when a worker beat last, how long leases are, for how long there have been any."""
        return f"{self._site}:lease_time"

    def cards(self) -> str:
        """Hash: what each worker tells of itself: its life, when it beat, and JSON."""
        return f"{self._site}:cards"

    def holders(self) -> str:
        """Hash: whose each shard is or was; empty if it was given to nobody."""
        return f"{self._site}:holders"

    def tokens(self) -> str:
        """Hash: the token of the latest claim of each shard."""
        return f"{self._site}:tokens"

    def followed_tokens(self) -> str:
        """Hash: the token before that one, if nobody acts by it any more; 0 if somebody may."""
        return f"{self._site}:followed_tokens"

    def left_ledgers(self, shard: Shard) -> str:
        """Hash: what workers have noted of the calls that they gave away, by call."""
        return f"{self._site}:left_ledgers:{shard.name}"

    def letters(self, worker_id: WorkerId) -> str:
        """Stream: letters to a worker."""
        return f"{self._site}:letters:{worker_id}"

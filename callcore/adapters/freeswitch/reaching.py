"""A socket to a node's event socket."""

from __future__ import annotations

import socket as plain_socket

import gevent
from gevent import socket

from callcore.adapters.freeswitch.faults import FaultKind, LinkFaultError
from callcore.domain.policies import NodePolicy


def socket_to(policy: NodePolicy) -> socket.socket:
    """A connected one that does not block. Raises ``LinkFaultError``."""
    try:
        found = socket.create_connection(_address(policy), timeout=policy.connect_timeout_seconds)
    except ConnectionRefusedError as cause:
        raise LinkFaultError(policy, FaultKind.CONNECTION_REFUSED) from cause
    except OSError as cause:
        raise LinkFaultError(policy, FaultKind.UNREACHABLE, str(cause)) from cause
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    found.setblocking(False)  # noqa: FBT003 (the socket module's own signature)
    return found


def _address(policy: NodePolicy) -> tuple[str, int]:
    """The node's address: the first its name has. A resolver has no deadline of its own."""
    seconds = policy.connect_timeout_seconds
    too_late = LinkFaultError(policy, FaultKind.NAME_NOT_RESOLVED, f"no answer in {seconds:g} s")
    try:
        with gevent.Timeout(seconds, too_late):
            found = socket.getaddrinfo(policy.host, policy.port, type=socket.SOCK_STREAM)
    except plain_socket.gaierror as cause:
        raise LinkFaultError(policy, FaultKind.NAME_NOT_RESOLVED, str(cause)) from cause
    host, port = found[0][4][:2]
    return str(host), int(port)

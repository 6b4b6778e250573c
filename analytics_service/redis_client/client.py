"""Clients for the addresses of Redis that we understand."""

from collections.abc import Sequence
from datetime import timedelta

from redis.asyncio import Redis
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisClusterException, RedisError

ANSWER_TIMEOUT = timedelta(milliseconds=100)
"""Whoever waits for longer goes on without the answer."""
CLUSTER = {"redis+cluster://": "redis://", "rediss+cluster://": "rediss://"}

FAULTS = (RedisError, RedisClusterException, OSError, TimeoutError)
"""What a call may raise while Redis is away, full, failing over or otherwise not itself."""

Client = Redis | RedisCluster
Node = tuple[str, int]
"""Host and port."""


def connect(url: str, nodes: Sequence[Node] = (), *, answer_timeout: timedelta = ANSWER_TIMEOUT) -> Client:
    """Makes a client that gives up in time and tries nothing twice; it connects when it is first used.

    redis://, rediss:// and unix:// name one server, redis+cluster:// and rediss+cluster:// any node of a
    cluster; where that node is gone, the known `nodes` are asked.
    """
    seconds = answer_timeout.total_seconds()
    for scheme, single in CLUSTER.items():
        if url.startswith(scheme):
            return RedisCluster.from_url(
                url.replace(scheme, single, 1),
                startup_nodes=[ClusterNode(host, port) for host, port in nodes],
                socket_timeout=seconds,
                socket_connect_timeout=seconds,
                retry=Retry(NoBackoff(), 0),
                # A shard that is down must not take the others' sites with it.
                require_full_coverage=False,
            )
    return Redis.from_url(url, socket_timeout=seconds, socket_connect_timeout=seconds, retry=None)


def nodes_of(client: Client) -> list[Node]:
    """The nodes of a cluster that a client has found so far."""
    if not isinstance(client, RedisCluster):
        return []
    return [(node.host, int(node.port)) for node in client.get_nodes()]

"""What `doctor` asks a Redis."""

import time

import redis

from analytics_service.errors import Unavailable
from analytics_service.ports.probes import RedisState
from analytics_service.redis_client.client import CLUSTER


def examine_redis(url: str) -> RedisState:
    """Asks once; of a cluster, the node that is named. Raises Unavailable."""
    for scheme, single in CLUSTER.items():
        url = url.replace(scheme, single, 1)
    try:
        with redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) as client:
            began = time.perf_counter()
            client.ping()
            took = time.perf_counter() - began
            memory = client.info("memory")
            return RedisState(
                took, str(memory.get("maxmemory_policy")), bool(memory.get("maxmemory")), client.time()[0]
            )
    except (redis.RedisError, ValueError) as error:
        raise Unavailable(str(error)) from error

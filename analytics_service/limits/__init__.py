"""Rate limits of senders: in memory or in Redis, behind the port Limits."""

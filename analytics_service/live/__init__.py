"""Online visitors: in memory or in Redis, behind the port Live."""

"""Who is online now: memory.py and redis.py are siblings of one shape behind the port Live."""

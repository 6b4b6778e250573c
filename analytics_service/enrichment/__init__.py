"""What is recognised in a beacon: agent, place, language, source. Cached, bounded, never awaited."""

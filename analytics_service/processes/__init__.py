"""The processes: supervisor, worker and applier."""

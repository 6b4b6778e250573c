"""What the applier's process says of itself."""

import pytest

from analytics_service.processes.applier_process import STUCK_AFTER, Checkpoints


def test_a_reader_that_is_in_the_way_of_checkpoints_for_long_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    checkpoints, limit = Checkpoints(), STUCK_AFTER.total_seconds()
    for outage in range(2):
        begins = outage * 10 * limit
        for seconds in (0.0, limit - 1, limit + 1, limit + 2, 3 * limit):
            checkpoints.note(begins + seconds, is_durable=False)
        checkpoints.note(begins + 4 * limit, is_durable=True)
        checkpoints.note(begins + 4 * limit + 1, is_durable=False)
        checkpoints.note(begins + 4 * limit + 2, is_durable=True)
        assert caplog.text.count("could not be checkpointed") == outage + 1

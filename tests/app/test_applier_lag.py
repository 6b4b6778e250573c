"""How far the applier is behind a worker, as /health tells it."""

from analytics_service.app.applier_lag import Lag


def test_what_is_always_worked_off_is_never_behind_although_something_always_waits() -> None:
    lag = Lag()
    for second in range(0, 600, 2):
        lag.written(100 * (second + 1), second)
        # Half of what came since the last look was applied meanwhile.
        lag.applied(100 * second)
        assert lag.seconds(second) <= 2


def test_what_waits_is_as_old_as_the_first_look_at_it() -> None:
    lag = Lag()
    lag.written(7, 10)
    lag.written(9, 12)
    lag.written(9, 14)
    assert lag.seconds(14) == 4
    lag.applied(7)
    assert lag.seconds(14) == 2
    lag.applied(9)
    assert lag.seconds(14) == 0


def test_where_nothing_was_written_nothing_waits() -> None:
    lag = Lag()
    lag.written(0, 1)
    assert lag.seconds(100) == 0

"""Work on many files at once: in order, bounded, and over soon when it is cancelled."""

from __future__ import annotations

import threading

import pytest

from gan_engine.data.parallel import in_order


def ours() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("pictures")]


def test_that_results_come_in_the_order_of_the_items_and_few_are_ahead():
    begun, most = list[int](), 0
    for place, (item, result) in enumerate(in_order(lambda n: begun.append(n) or -n, range(90), 2)):
        assert (item, result) == (place, -place)
        most = max(most, len(begun) - place)
    assert place == 89
    assert most <= 2 * 8 + 1
    assert ours() == []


def test_that_a_failure_comes_out_and_leaves_no_thread():
    with pytest.raises(ZeroDivisionError):
        list(in_order(lambda n: 1 // (3 - n), range(9), 2))
    assert ours() == []


def test_that_something_long_delays_no_cancel():
    gate, done = threading.Event(), list[int]()

    def work(number: int) -> int:
        gate.wait(60)
        done.append(number)
        return number

    assert list(in_order(work, range(9), 2, lambda: True)) == []
    assert done == []  # and nobody has waited for it
    gate.set()
    for thread in ours():
        thread.join(60)
    assert len(done) <= 2  # what was begun, and nothing else

"""A little of `script/fuzz`, in each run of the suite."""

from .fuzz import MEMORY, fuzz, readers


async def test_random_and_damaged_input_is_read_or_refused() -> None:
    refused, peak = await fuzz(2000, seed=1)
    assert peak < MEMORY
    assert {name.split(":")[0] for name in refused} == {"lock_data", "members", "reply"}


def test_everything_that_reads_replies_is_tried() -> None:
    assert len(list(readers())) >= 30

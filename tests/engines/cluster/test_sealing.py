"""What crosses can be read and made by who has the key, and by nobody else."""

import pytest

from clearshard.engines.cluster.sealing import NONCE_BYTES, Channel, NotSealed

SECRET, NAME = bytes(range(32)), b"n" * 32


def _both() -> tuple[Channel, Channel]:
    return Channel(SECRET, NAME), Channel(SECRET, NAME)


@pytest.mark.parametrize("content", [b"", b"x", b"flibbertigibbet" * 1000])
def test_the_other_end_reads_it(content: bytes) -> None:
    here, there = _both()
    sealed = here.seal("unit 1", content)
    assert len(content) < 10 or content not in sealed
    assert there.open("unit 1", sealed) == content


def test_twice_the_same_is_not_seen_to_be() -> None:
    here, _ = _both()
    assert (
        here.seal("unit 1", b"x" * 40)[NONCE_BYTES:] != here.seal("unit 1", b"x" * 40)[NONCE_BYTES:]
    )


@pytest.mark.parametrize(
    "other", [Channel(bytes(32), NAME), Channel(SECRET, b"m" * 32)], ids=["key", "channel"]
)
def test_nobody_else_reads_it(other: Channel) -> None:
    here, _ = _both()
    with pytest.raises(NotSealed):
        other.open("unit 1", here.seal("unit 1", b"content"))


def test_it_is_read_as_nothing_else() -> None:
    here, there = _both()
    with pytest.raises(NotSealed):
        there.open("unit 2", here.seal("unit 1", b"content"))


def test_a_changed_bit_is_seen() -> None:
    here, there = _both()
    sealed = here.seal("unit 1", b"content")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(NotSealed):
            there.open("unit 1", bytes(changed))


@pytest.mark.parametrize("length", range(30))
def test_what_is_cut_off_is_seen(length: int) -> None:
    here, there = _both()
    with pytest.raises(NotSealed):
        there.open("unit 1", here.seal("unit 1", b"content")[:length])

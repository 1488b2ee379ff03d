"""Five million words through one worker: its memory stays flat, and so does its rate."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from clearshard.sources.transcripts import read_transcript

from .long_worker import work_on
from .speech import growing_speech

_MILLION = 1_000_000


def _by_part(words: int, part: int, scratch: Path) -> tuple[list[int], list[float]]:
    """Highest memory, and words for each second of CPU, in each part; the start is not counted."""
    memory: list[int] = []
    rates: list[float] = []
    highest = before = 0
    cpu_before: float | None = None
    held = 0
    for done, used in work_on(words, scratch, seed=7):
        held += used.held
        if cpu_before is None:
            cpu_before, before = used.cpu_seconds, done
            continue
        highest = max(highest, used.resident_bytes)
        if done >= (len(memory) + 1) * part:
            memory.append(highest)
            rates.append((done - before) / (used.cpu_seconds - cpu_before))
            highest, before, cpu_before = 0, done, used.cpu_seconds
    # A word that is put into a turn can make a number of what was none; hardly ever.
    assert held < words / 5_000
    return memory, rates


@pytest.mark.soak
def test_five_million_words(tmp_path: Path, tell: Callable[[str], None]) -> None:
    memory, rates = _by_part(5 * _MILLION, _MILLION, tmp_path)
    growth = max(memory) / memory[0] - 1
    spread = max(abs(rate / rates[0] - 1) for rate in rates)
    tell(f"highest memory in each million words, MiB: {[m >> 20 for m in memory]}")
    tell(f"words for each second of CPU: {[round(rate) for rate in rates]}")
    tell(f"memory at most {growth:+.1%}, rate at most {spread:.1%} from the first million")
    assert growth < 0.05
    assert spread < 0.10


def test_the_vocabulary_of_the_speech_grows_without_end() -> None:
    seen: set[str] = set()
    sizes: list[int] = []
    words = 0
    for content, count in growing_speech(7):
        seen.update(read_transcript(content, 100_000, None).text.lower().split())
        words += count
        if words >= 40_000 * (len(sizes) + 1):
            sizes.append(len(seen))
            if len(sizes) == 5:
                break
    # About the square root of the number of words, and never done.
    assert 1.8 < sizes[4] / sizes[0] < 3.0
    assert all(later > earlier * 1.05 for earlier, later in pairwise(sizes))

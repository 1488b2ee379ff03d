"""Files of very different sizes, as the units that workers get."""

from dataclasses import dataclass

import numpy as np

from .rates import Rates

#: No file has more words: `limits.max_transcript_words`.
MOST_WORDS = 250_000
#: More are simulated as so many larger ones, which makes the end of a run look worse than it is.
MOST_UNITS = 100_000


@dataclass(frozen=True)
class Workload:
    """What is to be redacted.

    Attributes:
        files: Transcripts, each of them an object of the store.
        words: Of one, on average.
        spread: Standard deviation of the logarithm of a file's words; 0: all alike.
        seed: Of their sizes.
    """

    files: int
    words: float = 1_000.0
    spread: float = 1.2
    seed: int = 1


def units(load: Workload, rates: Rates) -> tuple[list[float], list[float]]:
    """For each unit the seconds that a core takes, and its requests: of its files, and to keep it.

    All units together have the words and files of the workload.
    """
    each = min(
        rates.unit_files, max(1, round(rates.unit_bytes / (load.words * rates.source_bytes)))
    )
    each = min(each, load.files)
    count = min(MOST_UNITS, -(-load.files // each))
    share = load.files / count
    # The sum of that many sizes, and the largest of them: a long file is a long unit.
    made = np.random.default_rng(load.seed)
    sizes = (
        made.lognormal(0.0, load.spread, (count, min(each, 16)))
        if load.spread
        else np.ones((count, 1))
    )
    words = np.minimum(sizes * load.words / sizes.mean(), MOST_WORDS).mean(axis=1)
    words *= load.files * load.words / words.sum()
    return (words / rates.redacted_words).tolist(), [share + share / each] * count

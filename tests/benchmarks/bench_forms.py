"""What reading a transcript costs, by form: `python tests/benchmarks/bench_forms.py`.

The same generated calls in every form, from bytes to what is redacted; processor time, the best of
some rounds. `endpoint` is the form of AssemblyAI's transcript endpoint.
"""

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from clearshard.sources.adapters import Form
from clearshard.sources.transcripts import read_transcript
from data.generator import calls
from data.generator.recognisers import FORMS
from data.generator.transcript import SPEAKERS, Shape, encoded, transcript

_CALLS, _ROUNDS = 60, 15
_ENGLISH = Form("auto", "en")


def _endpoint(file_id: str, call: calls.Call, rng: random.Random) -> str:
    return encoded(transcript(file_id, call, Shape("words", False, SPEAKERS[0]), rng))


def _measure(make: Callable[[str, calls.Call, random.Random], str]) -> tuple[float, int, int]:
    """Seconds for all documents, their words and their bytes."""
    documents = []
    words = 0
    for number in range(_CALLS):
        rng = random.Random(f"bench/{number}")
        call = calls.some_call(number, rng)
        words += len(call.text.split())
        documents.append(make("x", call, rng).encode())
    best = float("inf")
    for _ in range(_ROUNDS):
        start = time.process_time()
        for document in documents:
            read_transcript(document, 100_000, "x", _ENGLISH)
        best = min(best, time.process_time() - start)
    return best, words, sum(map(len, documents))


def main() -> None:
    """Prints a row for each form."""
    forms = {"endpoint": _endpoint, **{f"{f.name}.{f.suffix}": f.make for f in FORMS}}
    sys.stdout.write("form                    us/word   us/transcript     MB/s\n")
    for name, make in forms.items():
        seconds, words, size = _measure(make)
        each = seconds / _CALLS * 1e6
        sys.stdout.write(
            f"{name:22} {seconds / words * 1e6:8.1f} {each:15,.0f} {size / seconds / 1e6:8.1f}\n"
        )


if __name__ == "__main__":
    main()

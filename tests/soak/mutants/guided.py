"""One target, fed by `atheris`: inputs that reach code which no other has reached are kept.

    python tests/soak/mutants/guided.py TARGET RUNS FOLDER

Prints how many inputs were tried and how many of them were kept, as JSON, and ends with 0; a defect
is printed with its traceback and ends with another code. FOLDER is for its own files.
"""

import json
import os
import shutil
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "pipeline")]

import atheris  # noqa: E402 - after the path, which its hooks look through

with atheris.instrument_imports(include=["clearshard"]):
    from tests.soak.mutants.targets import feed, targets


def main() -> None:
    """Feeds the target; `atheris` never returns from it."""
    name, runs, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    (target,) = [target for target in targets() if target.name == name]
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    tried: Counter[str] = Counter()

    def one(content: bytes) -> None:
        scratch = folder / "scratch"
        scratch.mkdir()
        try:
            tried[feed(target, content, scratch)] += 1
        finally:
            shutil.rmtree(scratch)
        if tried.total() == runs:
            kept = len([*corpus.iterdir()])
            sys.stdout.write(json.dumps({"tried": tried, "kept": kept}) + "\n")
            sys.stdout.flush()
            os._exit(0)

    longest = 2 * max(map(len, target.seeds))
    arguments = [sys.argv[0], f"-max_len={longest}", "-seed=1", "-timeout=60", "-rss_limit_mb=2048"]
    atheris.Setup([*arguments, str(corpus)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

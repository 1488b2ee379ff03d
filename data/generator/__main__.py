"""`python -m data.generator OUT_DIR`: write the samples."""

import argparse
import sys
from pathlib import Path

from .samples import write_samples


def main() -> int:
    """Write the samples into an empty folder."""
    parser = argparse.ArgumentParser(prog="python -m data.generator", description=__doc__)
    parser.add_argument("out_dir", type=Path, help="an empty folder, or one that does not exist")
    out: Path = parser.parse_args().out_dir
    if out.exists() and any(out.iterdir()):
        # A file that a change no longer writes would stay behind unnoticed.
        sys.stderr.write(f"{out} is not empty: remove it first\n")
        return 2
    write_samples(out)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Whether a known weakness is in a package of the locks: `make audit`.

Ends with 1 if there is one, with 2 if `pip-audit` itself failed. Where nobody can be asked, it says
loudly that nothing was checked, and ends with 0: a machine without a network must be able to test.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCKS = [ROOT / "configs" / "lock" / name for name in ("runtime.txt", "dev.txt")]
_LINE = "!" * 78


def main() -> int:
    """Asks for both locks together."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--no-deps"),
            *(part for lock in LOCKS for part in ("-r", str(lock))),
            *("--format", "json", "--progress-spinner", "off"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return skipped("nobody answered", done.stderr)
    asked = [package for package in found if "vulns" in package]
    if len(asked) < len(found):
        answer = skipped(
            f"{len(found) - len(asked)} of {len(found)} packages are not known there", ""
        )
        if not asked:
            return answer
    weak = [package for package in asked if package["vulns"]]
    for package in weak:
        ids = ", ".join(weakness["id"] for weakness in package["vulns"])
        print(f"{package['name']} {package['version']}: {ids}")
    print(f"audit: {len(asked)} packages asked about, {len(weak)} with a known weakness")
    return 1 if weak else 0


def skipped(why: str, told: str) -> int:
    """Says that nothing was checked; what `pip-audit` says of itself is a failure."""
    print(f"{_LINE}\nAUDIT SKIPPED, NOTHING WAS CHECKED: {why}.\n{_LINE}", file=sys.stderr)
    last = told.strip().splitlines()[-1:] or [""]
    print(last[0][:200], file=sys.stderr)
    return 2 if "usage:" in told or "No module named" in told else 0


if __name__ == "__main__":
    sys.exit(main())

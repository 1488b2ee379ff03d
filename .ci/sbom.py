"""What is in the wheel and below it, as CycloneDX: `python .ci/sbom.py > configs/lock/sbom.cdx.json`.

Made of the lock and of what is recorded in the code, so that it says what is installed with
`--require-hashes`, and the same each time.
"""

import json
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "pipeline"))

from clearshard.recognizers.models import DIGESTS, STOCK  # noqa: E402 - found by the path above

LOCK = ROOT / "configs" / "lock" / "runtime.txt"
_PACKAGE = re.compile(
    r"^([A-Za-z0-9._-]+)==([^ ;\\]+)[^\n]*((?:\n +--hash=sha256:[0-9a-f]{64} ?\\?)+)", re.M
)


def packages(lock: str) -> list[dict[str, object]]:
    """One component for each package of a lock, with the digests of all files that it allows."""
    return [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{name}@{version}",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{name}@{version}",
            "externalReferences": [
                {
                    "type": "distribution",
                    "url": f"pkg:pypi/{name}@{version}",
                    "hashes": [
                        {"alg": "SHA-256", "content": digest}
                        for digest in re.findall(r"sha256:([0-9a-f]{64})", hashes)
                    ],
                }
            ],
        }
        for name, version, hashes in _PACKAGE.findall(lock)
    ]


def models() -> list[dict[str, object]]:
    """What the wheel carries besides code."""
    return [
        {
            "type": "data" if name.endswith(".txt") else "machine-learning-model",
            "bom-ref": f"model:{name}",
            "name": name,
            "hashes": [{"alg": "SHA-256", "content": digest}],
        }
        for name, digest in DIGESTS.items()
        if name != STOCK  # a package, with the others
    ]


def bill() -> dict[str, object]:
    """The document."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    own = f"pkg:pypi/{project['name']}@{project['version']}"
    components = [*packages(LOCK.read_text("utf-8")), *models()]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": project["name"],
                "version": project["version"],
                "purl": own,
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": components,
        "dependencies": [{"ref": own, "dependsOn": [part["bom-ref"] for part in components]}],
    }


if __name__ == "__main__":
    # A line for each component, so that a change of the lock is a change of few lines.
    text = json.dumps(bill())
    sys.stdout.write(text.replace('{"type": "', '\n{"type": "') + "\n")

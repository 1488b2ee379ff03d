"""Asks a cluster for its versions, in a process of its own: where nobody answers, Ray waits long.

As a program: ``python -m clearshard.engines.cluster.probe ADDRESS``. It imports nothing of ours,
which would take as long as importing Ray does.
"""

import sys


def versions_of(address: str) -> tuple[str, str]:
    """What a cluster has of Ray and of Python; waits for minutes where nobody answers."""
    from ray._common.usage.usage_lib import get_cluster_metadata
    from ray._raylet import GcsClient  # type: ignore[attr-defined]  # compiled

    found = get_cluster_metadata(GcsClient(address=address))
    return found["ray_version"], found["python_version"]


if __name__ == "__main__":
    try:
        sys.stdout.write(" ".join(versions_of(sys.argv[1])))
    except Exception as error:  # noqa: BLE001 - whatever Ray raises: its type says it
        sys.exit(f"{type(error).__name__}")

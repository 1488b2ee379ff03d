"""Asks a cluster for its versions, in a process of its own: where nobody answers, Ray waits long.

As a program: ``python -m clearshard.engines.cluster.probe ADDRESS``.
"""

import sys

if __name__ == "__main__":
    from clearshard.engines.cluster.actors import versions_of

    try:
        sys.stdout.write(" ".join(versions_of(sys.argv[1])))
    except Exception as error:  # noqa: BLE001 - whatever Ray raises: its type says it
        sys.exit(f"{type(error).__name__}")

"""The processes that have come of another one."""

import subprocess
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    name: str


def below(root: int) -> Iterator[Process]:
    """Children of a process, and theirs; those that have ended and were not asked for are none."""
    listed = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True
    ).stdout
    children: defaultdict[int, list[Process]] = defaultdict(list)
    for line in listed.splitlines():
        pid, parent, state, name = line.split(None, 3)
        if not state.startswith("Z"):
            children[int(parent)].append(Process(int(pid), int(parent), name))
    waiting = [root]
    while waiting:
        for process in children[waiting.pop()]:
            yield process
            waiting.append(process.pid)

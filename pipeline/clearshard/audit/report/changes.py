"""What changed from one policy to the next."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from clearshard.audit.faults import printable
from clearshard.audit.reading import VisibleRun

#: More lines than this say no more than that everything is different.
_MOST_LINES = 400


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a comparison: `mark` is "+", "-" or " "."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """A run whose policy was not that of the run before it.

    Attributes:
        run_id: The first run with the new policy.
        as_of: When it decided.
        before: Digest of the old policy.
        after: Digest of the new one.
        lines: What was added and taken out, with a line around it.
        more: Lines that are not shown.
    """

    run_id: str
    as_of: str
    before: str
    after: str
    lines: tuple[Line, ...]
    more: int


def policy_changes(runs: Sequence[VisibleRun]) -> tuple[PolicyChange, ...]:
    """Every change of policy, newest first.

    Args:
        runs: Oldest first.
    """
    changes = []
    for before, after in pairwise(runs):
        old, new = before.record, after.record
        if old.policy_digest == new.policy_digest:
            continue
        lines = _compared(old.policy_toml, new.policy_toml)
        shown = lines[:_MOST_LINES]
        changes.append(
            PolicyChange(
                run_id=after.run_id,
                as_of=new.as_of,
                before=old.policy_digest,
                after=new.policy_digest,
                lines=tuple(shown),
                more=len(lines) - len(shown),
            )
        )
    return tuple(reversed(changes))


def _compared(before: str, after: str) -> list[Line]:
    compared = difflib.unified_diff(before.splitlines(), after.splitlines(), n=1, lineterm="")
    # The first two lines name files that there are not.
    kept = [line for line in list(compared)[2:] if not line.startswith("@@")]
    return [Line(line[:1], printable(line[1:])) for line in kept]

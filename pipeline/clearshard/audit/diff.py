"""Two runs side by side: what they were made from, and which files ended otherwise."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from clearshard.audit.changes import Changes, count_changes, open_changes
from clearshard.audit.reading import VisibleRun, picked_runs
from clearshard.audit.reasons import recorded_rules, text_of


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """The rules of two policies, by id."""

    before: str
    after: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A value of the run before and of the run after."""

    before: Any
    after: Any

    @property
    def same(self) -> bool:
        """Whether it is the same."""
        return bool(self.before == self.after)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two runs.

    Attributes:
        before: The run id that is compared with.
        after: The run id that is looked at.
        policy: Digests of the policies, and the rules that differ.
        made_from: What else the runs were made from, by name: registry, manifest, redactor,
            version, moment.
        changes: The files, in numbers.
    """

    before: str
    after: str
    policy: PolicyChange
    made_from: dict[str, Pair]
    changes: Changes

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "before": self.before,
            "after": self.after,
            "policy": asdict(self.policy),
            **{name: asdict(pair) for name, pair in self.made_from.items()},
            **self.changes.to_dict(),
        }


@contextmanager
def open_diff(
    out: Path, before: str, after: str
) -> Iterator[tuple[Difference, duckdb.DuckDBPyConnection]]:
    """Compares two runs.

    Args:
        out: The output folder.
        before: A run id.
        after: Another.

    Yields:
        The numbers, and what `clearshard.audit.changes.changed_files` reads the files from.

    Raises:
        OutputUnusable: There is no visible run.
        ConfigError: There is none of this name.
        IntegrityError: A record or a file of decisions is damaged.
    """
    (old,), (new,) = picked_runs(out, before), picked_runs(out, after)
    with open_changes(old.table, new.table) as connection:
        difference = Difference(
            before=old.run_id,
            after=new.run_id,
            policy=_policy_change(old, new),
            made_from=_made_from(old, new),
            changes=count_changes(connection),
        )
        yield difference, connection


def _policy_change(old: VisibleRun, new: VisibleRun) -> PolicyChange:
    before, after = (
        {text_of(rule, "id"): rule for rule in recorded_rules(run.record.policy_toml)}
        for run in (old, new)
    )
    return PolicyChange(
        before=old.record.policy_digest,
        after=new.record.policy_digest,
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        changed=tuple(sorted(i for i in before.keys() & after.keys() if before[i] != after[i])),
    )


def _made_from(old: VisibleRun, new: VisibleRun) -> dict[str, Pair]:
    return {name: Pair(*(_made_of(run)[name] for run in (old, new))) for name in _made_of(old)}


def _made_of(run: VisibleRun) -> dict[str, Any]:
    record = run.record
    return {
        "registry": msgspec.to_builtins(record.registry_at_publish),
        "manifest": msgspec.to_builtins(record.manifest),
        "redactor": record.redactor_digest,
        "clearshard_version": record.clearshard_version,
        "as_of": record.as_of,
    }

"""What another policy, another registry or other facts of an account would change. Writes nothing.

The same files are decided twice by the gate, once as configured and once with what is proposed, and
the two sets of decisions are compared as two runs are. Nothing is decided by anything but the gate.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from clearshard.audit.changes import Changes, Database, count_changes, open_changes
from clearshard.audit.forecast import PurgeForecast, forecast_purge
from clearshard.audit.reading import VisibleRun
from clearshard.config import Config
from clearshard.errors import SourceUnavailable
from clearshard.run.decide import decide
from clearshard.run.forecast.supposed import Supposition


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A proposal and what it would change.

    Attributes:
        policy_before: Digest of the policy as configured.
        policy_after: Digest of the proposed one.
        registry_before: SHA-256 of the registry as configured.
        registry_after: SHA-256 of the proposed one.
        changes: The files, in numbers.
        purge: None where there is no visible run.
        supposed: What was supposed of an account.
    """

    policy_before: str
    policy_after: str
    registry_before: str
    registry_after: str
    changes: Changes
    purge: PurgeForecast | None
    supposed: Supposition | None = None

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "rehearsal": True,
            "supposed": None if self.supposed is None else self.supposed.to_dict(),
            "policy": {"before": self.policy_before, "after": self.policy_after},
            "registry": {"before": self.registry_before, "after": self.registry_after},
            **self.changes.to_dict(),
            "purge": None if self.purge is None else asdict(self.purge),
        }


def proposed(config: Config, policy: Path | None, registry: Path | None) -> Config:
    """The configuration with another policy, another registry, or both."""
    changes: dict[str, object] = {}
    if policy is not None:
        changes["policy"] = config.policy.model_copy(update={"file": str(policy.absolute())})
    if registry is not None:
        changes["sources"] = config.sources.model_copy(
            update={
                "registry": str(registry.absolute()),
                "registry_query": None,
                "registry_is_live": False,
            }
        )
    return config.model_copy(update=changes)


@contextmanager
def open_what_if(
    config: Config,
    other: Config,
    as_of: datetime,
    visible: VisibleRun | None,
    supposed: Supposition | None = None,
) -> Iterator[tuple[WhatIf, Database]]:
    """Decides twice and compares.

    Args:
        config: As it is.
        other: As proposed; see `proposed`.
        as_of: The moment to decide at.
        visible: The run whose shards a purge would touch.
        supposed: What the proposed registry is taken to say of an account.

    Yields:
        The numbers, and what `clearshard.audit.changes.changed_files` reads the files from.

    Raises:
        ConfigError: A policy is wrong, or the account is not in the proposed registry.
        SourceUnavailable: A table cannot be used, or the manifest changed meanwhile.
        RegistryStale: A registry is too old.
        IntegrityError: The decisions of the visible run are damaged.
    """
    with tempfile.TemporaryDirectory(prefix="clearshard-whatif-") as scratch:
        folders = Path(scratch, "before"), Path(scratch, "after")
        before = decide(config, as_of, folders[0])
        after = decide(other, as_of, folders[1], supposed)
        if before.manifest_sha256 != after.manifest_sha256:
            raise SourceUnavailable(
                "file manifest: changed while it was read; run again when its export has finished"
            )
        paths = [sorted(folder.glob("*.parquet")) for folder in folders]
        with open_changes(*paths) as connection:
            result = WhatIf(
                policy_before=before.policy_digest,
                policy_after=after.policy_digest,
                registry_before=before.registry_sha256,
                registry_after=after.registry_sha256,
                changes=count_changes(connection),
                purge=None if visible is None else forecast_purge(connection, visible),
                supposed=supposed,
            )
            yield result, connection

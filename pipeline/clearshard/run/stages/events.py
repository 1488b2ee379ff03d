"""What the ledger is told of a run, but for that it is announced."""

from contextlib import suppress
from importlib import metadata
from typing import Any

import msgspec

from clearshard.audit.events import EventName
from clearshard.errors import ClearshardError
from clearshard.records.times import utc_text
from clearshard.run.accepted import Accepted
from clearshard.run.intake import Intake
from clearshard.run.journal import Journal
from clearshard.run.options import RunOptions
from clearshard.run.output.folder import OutputFolder
from clearshard.run.output.publish import forget
from clearshard.run.stages.moments import Moments

VERSION = metadata.version("clearshard")


class RunEvents:
    """Tells the ledger of a run."""

    def __init__(
        self,
        run_id: str,
        options: RunOptions,
        accepted: Accepted,
        journal: Journal,
        moments: Moments,
    ) -> None:
        """Has told nothing yet."""
        self._run_id = run_id
        self._options = options
        self._accepted = accepted
        self._journal = journal
        self._moments = moments
        self._told_start = False

    def started(self, redactor_digest: str) -> None:
        """That it works, once it does: bad input leaves no trace in the folder."""
        if self._told_start or self._options.dry_run:
            return
        self._told_start = True
        data = {
            "as_of": utc_text(self._moments.now().latest),
            "rehearsal": self._options.replay,
            "policy_digest": self._accepted.policy.digest,
            "redactor_digest": redactor_digest,
            "clearshard_version": VERSION,
            **self._terms,
        }
        self._journal.tell(EventName.RUN_STARTED, self._run_id, data)

    def unchanged(self, intake: Intake, visible: str) -> None:
        """That everything was decided again, and nothing came of it.

        Args:
            intake: What was read.
            visible: The run that stays the newest.
        """
        data = {
            "as_of": utc_text(self._moments.now().latest),
            "rehearsal": self._options.replay,
            "visible_run": visible,
            "manifest_sha256": intake.manifest.sha256,
            "registry_sha256": intake.registry.sha256,
            # What is redacted less than by default is in the record of the visible run.
            **{n: value for n, value in self._terms.items() if n == "below_published"},
        }
        self._journal.tell(EventName.RUN_UNCHANGED, self._run_id, data)

    def failed(self, error: BaseException, folder: OutputFolder) -> None:
        """That it has failed, if its start was told; what it has left is removed."""
        told = {"error": type(error).__name__} if self._told_start else None
        # The disk that failed the run can fail this too; the error itself matters more.
        with suppress(ClearshardError, OSError):
            forget(folder, self._run_id, self._journal, told)

    @property
    def _terms(self) -> dict[str, Any]:
        """Terms below the published ones; nothing if there are none."""
        terms = {
            "below_published": msgspec.to_builtins(self._accepted.below_published),
            "below_default": list(self._accepted.below_default),
        }
        return {name: value for name, value in terms.items() if value}

"""How a run ends that has nothing to write."""

from dataclasses import dataclass

from clearshard.records.run import RunRecord
from clearshard.run.intake import Intake


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Nothing has to be written.

    Attributes:
        record: The record of the run before, which stands.
        intake: What was decided.
        stale: Transcripts in the shards that an earlier redactor redacted.
    """

    record: RunRecord
    intake: Intake
    stale: int

"""How an input file ends a run, and what is raised in a step to end it so."""

from enum import StrEnum


class State(StrEnum):
    """How one input file ends a run; `ELIGIBLE` only exists before redaction or in `gate`."""

    ELIGIBLE = "eligible"
    WRITTEN = "written"
    EXCLUDED = "excluded"
    QUARANTINED = "quarantined"


class QuarantineReason(StrEnum):
    """Why an eligible file is not provably safe to write."""

    MALFORMED = "malformed"
    ID_MISMATCH = "id_mismatch"
    MISSING = "missing"
    EMPTY = "empty"
    NOT_COMPLETED = "not_completed"
    UNSUPPORTED_LANGUAGE = "unsupported_language"
    TOO_LARGE = "too_large"
    DUPLICATE_FILE_ID = "duplicate_file_id"
    VIEW_MISMATCH = "view_mismatch"
    DETECTOR_FAILED = "detector_failed"
    DETECTOR_TIMEOUT = "detector_timeout"
    RESIDUAL_PII = "residual_pii"
    KEY_DESTROYED = "key_destroyed"


class Quarantine(Exception):
    """Raised in a step to quarantine the file in hand.

    Attributes:
        reason: The published reason.
        error_type: Name of an exception class or of a check, and behind a colon where and what;
            never content.
    """

    def __init__(self, reason: QuarantineReason, error_type: str) -> None:
        super().__init__(f"{reason} ({error_type})")
        self.reason = reason
        self.error_type = error_type

    def __reduce__(self) -> tuple[type["Quarantine"], tuple[QuarantineReason, str]]:
        return Quarantine, (self.reason, self.error_type)


class Deleted(Exception):
    """Raised in a step where the transcript itself says that its customer has deleted it.

    It is excluded then, as if the manifest had said so, and nothing of it is kept.
    """

    #: The detail of such a decision, which no fact of the manifest explains.
    DETAIL = "TranscriptDeleted"

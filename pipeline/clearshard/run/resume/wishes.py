"""What is to be done again although nothing has changed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is to be done again although nothing has changed.

    Attributes:
        retry_quarantined: Files that were quarantined.
        redo_stale: Files that an earlier redactor redacted.
    """

    retry_quarantined: bool = False
    redo_stale: bool = False


NO_WISHES = Wishes()

"""One thing that is not as it was recorded."""

from dataclasses import dataclass

from clearshard.inert import printable as printable


@dataclass(frozen=True, slots=True)
class Fault:
    """Where something is wrong, and what.

    Attributes:
        location: Path below the output folder, with ``:<line>`` for a line of the ledger.
        message: What is wrong and what to do; ids, counts, types and digests, never content.
    """

    location: str
    message: str

    def __str__(self) -> str:
        return f"{self.location}: {self.message}"

"""A floor under the training set: what the run before had written and is gone, and why.

Files leave because customers opt out, ask for deletion, or because their time has come. When many
leave for anything else (a fact that cannot be read any more, a contract, a missing row or file), an
export has more likely gone wrong than the world. Such a run does not become visible unless somebody
says that it is right.
"""

from dataclasses import dataclass

from clearshard.errors import TooManyGone

#: Why files are meant to go.
MEANT = ("opted_out", "deletion_requested", "retention_expired", "zero_retention_breach")
#: In the place of a reason.
NOT_IN_MANIFEST = "not in the manifest"


@dataclass(frozen=True, slots=True)
class Drop:
    """What a run has no more of what the run before had written.

    Attributes:
        before: The run before.
        written: Files that it had written.
        meant: How many of them are gone because they were meant to go.
        others: How many are gone for anything else, by one reason each.
    """

    before: str
    written: int
    meant: int
    others: dict[str, int]

    @property
    def gone(self) -> int:
        """Files that are gone for anything else."""
        return sum(self.others.values())

    def require_within(self, share: float) -> None:
        """Passes if no more than a share of the files is gone for anything else.

        Raises:
            TooManyGone: More are.
        """
        if self.gone <= share * self.written:
            return
        why = ", ".join(f"{reason} {files:,}" for reason, files in self.others.items())
        due = (
            f", with {self.meant:,} files that must not be in them any more (opt-out, deletion, "
            "retention): be quick"
            if self.meant
            else ""
        )
        raise TooManyGone(
            f"{self.gone:,} of the {self.written:,} files that run {self.before} has written would "
            f"be gone for other reasons than opt-out, deletion or retention ({why}). That is more "
            f"than limits.max_drop_share ({share:g}), as where an export has gone wrong. Nothing "
            f"was published: the shards of run {self.before} stay{due}. Mend the export and run "
            "again; if it is right, run again with --accept-drop.",
            self.others,
            self.written,
            self.meant,
        )


#: Of a run that has none before it.
NO_DROP = Drop("", 0, 0, {})

"""A floor under the training set: what the run before had written and is gone, and why.

Files leave because customers opt out, ask for deletion, or because their time has come. When many
leave for anything else (a fact that cannot be read any more, a contract, a missing row or file), an
export has more likely gone wrong than the world. Such a run does not become visible unless somebody
says that it is right.
"""

from dataclasses import dataclass

from clearshard.audit.database import connected
from clearshard.audit.reading import VisibleRun
from clearshard.audit.stored.table import StoredTable
from clearshard.audit.stored.view import table_view
from clearshard.errors import TooManyGone

#: Why files are meant to go.
MEANT = ("opted_out", "deletion_requested", "retention_expired", "zero_retention_breach")
#: In the place of a reason.
NOT_IN_MANIFEST = "not in the manifest"

_WHY = """
SELECT
    CASE
        WHEN a.file_id IS NULL THEN $absent
        WHEN a.meant THEN NULL
        ELSE a.reason
    END AS why,
    count(*)
FROM (
    SELECT file_id FROM before WHERE state = 'written'
    EXCEPT
    SELECT file_id FROM after WHERE state = 'written'
) AS b
LEFT JOIN (
    SELECT file_id, bool_or(list_has_any(reasons, $meant)) AS meant, min(reasons[1]) AS reason
    FROM after WHERE state <> 'written' GROUP BY file_id
) AS a USING (file_id)
GROUP BY why ORDER BY count(*) DESC, why
"""


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


def drop_since(before: VisibleRun, after: StoredTable) -> Drop:
    """Compares new decisions with those of the run before.

    Args:
        before: The run before.
        after: The new ones.

    Raises:
        IntegrityError: The decisions of the run before are missing or damaged.
    """
    if not before.table.rows or not after.rows:
        return Drop(before.run_id, 0, 0, {})
    with connected() as connection:
        for view, table in (("before", before.table), ("after", after)):
            table_view(connection, view, [table])
        parameters = {"absent": NOT_IN_MANIFEST, "meant": list(MEANT)}
        counts = dict(connection.execute(_WHY, parameters).fetchall())
    meant = counts.pop(None, 0)
    return Drop(before.run_id, before.record.counts.written, meant, counts)

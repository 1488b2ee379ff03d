"""What has become of files, for people."""

from clearshard.audit.changes import Changes
from clearshard.cli.console import print_table, print_text

#: Heading → column of CHANGE_SCHEMA.
FILE_COLUMNS = {
    "file": "file_id",
    "account": "account_id",
    "change": "change",
    "before": "before_reasons",
    "after": "after_reasons",
}


#: Of these columns, see `print_table`.
FOLDS = ("before", "after")
LEAVE_OUT = ("account", "before", "change")


def print_changes(changes: Changes) -> None:
    """The counts, by what a file was and by reason."""
    print_text(f"\n{changes.same:,} files are as they were")
    if not changes.kinds:
        return
    kinds = [
        (k.change, k.before or "not there", k.after or "not there", k.files) for k in changes.kinds
    ]
    print_table("\nchanges", ("change", "before", "after", "files"), kinds)
    reasons = [(r.reason, r.gained, r.lost) for r in changes.reasons]
    print_table(
        "\nreasons that files have now or no longer", ("reason", "now", "no longer"), reasons
    )

"""`audit diff`."""

from typing import Annotated

import typer

from clearshard.audit.changes import Kind
from clearshard.audit.diff import Difference
from clearshard.cli.audit.options import EXIT
from clearshard.cli.changes import FILE_COLUMNS, FOLDS, LEAVE_OUT, print_changes
from clearshard.cli.console import print_table, print_text
from clearshard.cli.options import JsonOption, MaybeConfigOption, OutOption, folder_to_read
from clearshard.cli.rows import (
    FormatOption,
    LimitOption,
    OutputOption,
    give_rows,
    joined,
    row_options,
)


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command(epilog=EXIT)(diff)


def diff(
    before: Annotated[str, typer.Argument(help="The run to compare with.")],
    after: Annotated[str, typer.Argument(help="The run to look at.")],
    config: MaybeConfigOption = None,
    out: OutOption = None,
    change: Annotated[Kind | None, typer.Option(help="Only files with this change.")] = None,
    form: FormatOption = None,
    output: OutputOption = None,
    limit: LimitOption = None,
    as_json: JsonOption = False,
) -> None:
    """Two runs side by side: what they were made from, and which files ended otherwise."""
    from clearshard.audit.changes import changed_files
    from clearshard.audit.diff import open_diff

    options = row_options(form, output, limit, as_json)
    folder = folder_to_read(config, out)
    with open_diff(folder.root, before, after) as (difference, connection):
        if not as_json and not (options.streams and output is None):
            _print(difference)
        files = changed_files(connection, change, options.to_ask)
        give_rows(
            files,
            options,
            "\nfiles",
            FILE_COLUMNS,
            difference.to_dict(),
            folds=FOLDS,
            leave_out=LEAVE_OUT,
        )


def _print(difference: Difference) -> None:
    policy = difference.policy
    print_text(f"from run {difference.before}\nto   run {difference.after}")
    names = ("policy", *difference.made_from)
    same = [policy.before == policy.after, *(pair.same for pair in difference.made_from.values())]
    rows = [(name, "same" if it else "changed") for name, it in zip(names, same, strict=True)]
    print_table("\nmade from", ("what", "is"), rows)
    if policy.before != policy.after:
        print_text(f"\nrules added: {joined(policy.added)}; removed: {joined(policy.removed)}; ")
        print_text(f"changed: {joined(policy.changed)}")
    print_changes(difference.changes)

"""`retention plan`: by when artefacts must be gone."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import pyarrow as pa
import typer

from clearshard.audit.listing import Rows
from clearshard.cli.console import print_json, print_table, print_text, shown
from clearshard.cli.options import (
    AsOfOption,
    ConfigOption,
    JsonOption,
    moment,
)
from clearshard.cli.retention.asked import InventoryArgument
from clearshard.cli.rows import (
    FormatOption,
    LimitOption,
    OutputOption,
    give_rows,
    row_options,
    write_rows,
)
from clearshard.lifecycle.retention.judging import STATES, State
from clearshard.lifecycle.retention.tally import Tally
from clearshard.records.times import utc_text
from clearshard.run.asked import now
from clearshard.run.checked import load_for_gate

if TYPE_CHECKING:  # importing it takes long; `--help` is quick
    from clearshard.run.retention.planning import Plan


_PLAN_EXIT = """Exit codes: 0 done, whatever is due, 1 failed, 2 usage or configuration, 4 inventory
or registry unavailable or stale."""
#: What somebody has to do something about.
_LISTED = (State.BREACH, State.OVERDUE, State.DUE, State.UNKNOWN)
_COLUMNS = {
    "state": "state",
    "artefact": "artefact_id",
    "account": "account_id",
    "clause": "clause",
    "due": "due_at",
    "unknown": "unknown",
}


def register(app: typer.Typer) -> None:
    """Adds the verb to a command."""
    app.command(epilog=_PLAN_EXIT)(plan)


def plan(
    config: ConfigOption,
    inventory: InventoryArgument = None,
    as_of: AsOfOption = None,
    state: Annotated[
        list[State] | None,
        typer.Option(
            "--state",
            help="List artefacts that stand so; can be given several times. Default: breach, "
            "overdue, due and unknown.",
        ),
    ] = None,
    form: FormatOption = None,
    output: OutputOption = None,
    limit: LimitOption = None,
    as_json: JsonOption = False,
) -> None:
    """When deletion of each artefact begins, by when it must be done, under which clause."""
    from clearshard.run.retention.planning import STANDING_SCHEMA
    from clearshard.run.retention.planning import plan as make

    options = row_options(form, output, limit, as_json)
    settings = load_for_gate(config)
    clock = now()
    made = make(settings, inventory, clock if as_of is None else moment(as_of), clock)
    tally = Tally(made.matrix)
    listed = _listed(made, tally, frozenset(STATES.index(s) for s in state or _LISTED))
    if options.streams:
        rows = Rows(STANDING_SCHEMA, listed).first(options.limit)
        count = write_rows(rows, options)
        _drain(listed)
        if output is None:
            return
        answer = {"rows": count, "format": str(options.form), "output": str(output)}
        if as_json:
            print_json({**_answer(made, tally), **answer})
        else:
            _print(made, tally)
            print_text(f"{count:,} rows in {shown(output)}")
        return
    # The answer stands beside the first rows, and all of them are counted in it.
    first = list(Rows(STANDING_SCHEMA, listed).first(options.to_ask).batches)
    _drain(listed)
    if not as_json:
        _print(made, tally)
    give_rows(
        Rows(STANDING_SCHEMA, iter(first)),
        options,
        "artefacts",
        _COLUMNS,
        _answer(made, tally),
        folds=("unknown",),
        leave_out=("account",),
        none="No artefact stands so that it is listed.",
    )


def _listed(made: "Plan", tally: Tally, codes: frozenset[int]) -> Iterator[pa.RecordBatch]:
    for standing in made.standings():
        tally.add(standing.judged)
        yield standing.rows(codes)


def _drain(batches: Iterator[pa.RecordBatch]) -> None:
    """Counts what nobody wants to see."""
    for _ in batches:
        pass


def _answer(made: "Plan", tally: Tally) -> dict[str, Any]:
    return {
        "as_of": utc_text(made.as_of),
        "inventory_sha256": made.inventory_sha256,
        "registry_sha256": made.registry_sha256,
        "unread_columns": list(made.unread_columns),
        **tally.to_dict(),
    }


def _print(made: "Plan", tally: Tally) -> None:
    print_table(
        f"{tally.artefacts:,} artefacts as of {utc_text(made.as_of)}",
        ("clause", "state", "artefacts"),
        [(line.clause or "(none)", str(line.state), line.artefacts) for line in tally.lines],
    )
    if tally.unknown:
        reasons = ", ".join(f"{why} {count:,}" for why, count in tally.unknown.items())
        print_text(f"not known: {reasons}")
    if tally.ttl_raised:
        print_text(
            f"{tally.ttl_raised:,} artefacts have a time to live below the shortest one that the "
            "schedule knows, which is taken for it"
        )
    if made.unread_columns:
        names = ", ".join(map(shown, made.unread_columns))
        print_text(f"columns that are not read, and decide nothing: {names}")

"""`audit summary | list | explain | verify`."""

import json
from typing import Annotated

import typer

from pipeline.audit.reading import Pick
from pipeline.cli.console import conclude, print_json, print_table, print_text, shown
from pipeline.cli.options import JsonOption, MaybeConfigOption, OutOption, folder_to_read
from pipeline.errors import IntegrityError
from pipeline.records import State
from pipeline.run.folder import require_ours

_EXIT = "Exit codes: 0 done, 1 failed, 2 usage or configuration, 5 integrity check failed."

app = typer.Typer(
    help="What was decided, why, and does it still hold?",
    no_args_is_help=True,
    rich_markup_mode=None,
)

RunOption = Annotated[
    str | None, typer.Option("--run", help="A run id, or `all`. Default: the newest run.")
]


def _pick(run: str | None) -> Pick | str:
    if run is None:
        return Pick.NEWEST
    return Pick.ALL if run == "all" else run


@app.command(epilog=_EXIT)
def summary(
    config: MaybeConfigOption = None,
    out: OutOption = None,
    run: RunOption = None,
    as_json: JsonOption = False,
) -> None:
    """The funnel: seen, eligible, written; by reason, product and region."""
    from pipeline.audit.summary import summarise

    folder = require_ours(folder_to_read(config, out))
    result = summarise(folder.root, _pick(run))
    if as_json:
        print_json(result.to_dict())
        return
    total = result.total.to_dict()
    print_table(f"runs: {', '.join(result.runs)}", ("state", "files"), list(total.items()))
    rows = [(count.state, count.reason, count.files) for count in result.by_reason]
    print_table("\nby reason (a file can have several)", ("state", "reason", "files"), rows)
    for title, slices in (("product", result.by_product), ("region", result.by_region)):
        print_table(
            f"\nby {title}",
            (title, *total),
            [(s.name or "unknown", *s.funnel.to_dict().values()) for s in slices],
        )


@app.command("list", epilog=_EXIT)
def list_(
    config: MaybeConfigOption = None,
    out: OutOption = None,
    run: RunOption = None,
    state: Annotated[State | None, typer.Option(help="Only files that ended so.")] = None,
    reason: Annotated[str | None, typer.Option(help="Only files with this reason.")] = None,
    account: Annotated[str | None, typer.Option(help="Only files of this account.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    as_json: JsonOption = False,
) -> None:
    """Decisions, one a line; with --json as JSON lines."""
    from pipeline.audit.listing import list_decisions

    folder = require_ours(folder_to_read(config, out))
    rows = list_decisions(
        folder.root, _pick(run), state=state, reason=reason, account_id=account, limit=limit
    )
    if as_json:
        for row in rows:
            print_text(json.dumps(row))
        return
    print_table(
        f"decisions (at most {limit:,})",
        ("file", "account", "state", "reasons"),
        [(r["file_id"], r["account_id"], r["state"], ", ".join(r["reasons"])) for r in rows],
    )


@app.command(epilog=_EXIT)
def explain(
    file_id: Annotated[str, typer.Argument(help="The customer's id of the file.")],
    config: MaybeConfigOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every decision ever taken on a file: rules, facts, sources, and where it was written."""
    from pipeline.audit.explain import explain as explain_file

    folder = require_ours(folder_to_read(config, out))
    result = explain_file(folder.root, file_id)
    if as_json:
        print_json({"file_id": file_id, "verdicts": []} if result is None else result.to_dict())
        return
    if result is None:
        print_text(f"No run has seen a file {shown(file_id)}.")
        return
    print_text(f"file {shown(result.file_id)}")
    for verdict in result.verdicts:
        registry = verdict.registry
        print_text(f"\nrun {verdict.run_id}, as of {verdict.as_of}: {verdict.state.upper()}")
        print_text(f"  account   {shown(verdict.account_id)}")
        print_text(f"  policy    {verdict.policy_digest}")
        exported = registry.newest_exported_at or "unknown"
        print_text(f"  registry  {registry.sha256} (exported {exported})")
        for why in verdict.reasons:
            print_text(f"  because   {why.reason}: {why.sentence}")
            for rule in why.rules:
                facts = ", ".join(f"{name} = {shown(value)}" for name, value in rule.facts.items())
                print_text(f"            rule {rule.id}: {rule.description}")
                print_text(f'            source: "{rule.source}"')
                print_text(f"            facts: {facts}")
            print_text(f"            to change it: {why.remedy}")
        if verdict.error_type:
            print_text(f"  detail    {shown(verdict.error_type)}")
        if verdict.written is not None:
            print_text(f"  written   {verdict.written.shard} as {verdict.written.doc_key}")
            print_text(f"            {verdict.written.presence}")


@app.command(epilog=_EXIT)
def verify(
    config: MaybeConfigOption = None, out: OutOption = None, as_json: JsonOption = False
) -> None:
    """Is everything on disk what was recorded, and do all counts reconcile?"""
    from pipeline.audit.verify import verify as verify_folder

    folder = require_ours(folder_to_read(config, out))
    report = verify_folder(folder.root)
    if as_json:
        print_json(report.to_dict())
    else:
        checked = report.checked
        print_text(
            f"checked {checked.events:,} events, {checked.runs:,} runs, {checked.decisions:,} "
            f"decisions, {checked.shards:,} shards, {checked.transcripts:,} transcripts"
        )
        for fault in report.faults:
            print_text(f"FAULT {shown(fault)}")
        if report.sound:
            print_text(f"sound; head of the ledger: {report.head}")
    if not report.sound:
        conclude(
            IntegrityError(
                f"{len(report.faults):,} faults, the first at {report.faults[0].location}. Restore "
                "the folder from a backup, or run again into a new one."
            )
        )

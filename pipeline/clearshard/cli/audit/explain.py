"""`audit explain`."""

from collections.abc import Mapping
from typing import Annotated

import typer

from clearshard.audit.explain import Presence, Verdict, Written
from clearshard.audit.reasons import Why
from clearshard.audit.remedy import Outcome, Remedy
from clearshard.audit.tombstones import Tombstone
from clearshard.cli.audit.options import EXIT
from clearshard.cli.console import print_json, print_text, print_told, shown
from clearshard.cli.options import JsonOption, MaybeConfigOption, OutOption, folder_to_read
from clearshard.records.run import SourceSnapshot

_IN = 12
_INDENT = " " * _IN
_WIDTH = 80
_EXIT = EXIT.replace("0 done", "0 done (also where no run has seen the file)")


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command(epilog=_EXIT)(explain)


def explain(
    file_id: Annotated[str, typer.Argument(help="The customer's id of the file.")],
    config: MaybeConfigOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every decision ever taken on a file: rules, facts, sources, and where it was written."""
    from clearshard.audit.explain import explain as explain_file
    from clearshard.run.tombstones import one_id

    folder = folder_to_read(config, out)
    result = explain_file(folder.root, file_id, one_id)
    if as_json:
        nothing: dict[str, object] = {"file_id": file_id, "verdicts": [], "tombstones": []}
        print_json(nothing if result is None else result.to_dict())
        return
    if result is None:
        print_text(
            f"No run that has a record has seen a file {shown(file_id)}.\n"
            "Ids are compared exactly; `clearshard audit list --run all --prefix BEGINNING` lists\n"
            "those that begin alike."
        )
        return
    print_text(f"file {shown(result.file_id)}")
    for verdict in result.verdicts:
        _print(verdict)
    for tombstone in result.tombstones:
        _print_tombstone(tombstone)


def _print_tombstone(one: Tombstone) -> None:
    reasons = ", ".join(map(shown, one.reasons))
    print_text(
        f"\n{one.kind} {shown(one.id)} was purged by {shown(one.purge)} at {one.at} ({reasons})"
    )
    if one.account_id is not None:
        print_text(f"  with account {shown(one.account_id)}")
    if one.lifted_at is None:
        print_text("  kept out of every later run; `clearshard purge lift` would let it in")
    else:
        print_told("  lifted    ", f"{one.lifted_at}: {shown(one.lifted_because)}", _IN)


def _print(verdict: Verdict) -> None:
    kind = "purge" if verdict.purge else "rehearsal" if verdict.rehearsal else "run"
    print_text(f"\n{kind} {verdict.run_id}, as of {verdict.as_of}: {verdict.state.upper()}")
    print_text(f"  account   {shown(verdict.account_id)}")
    print_text(f"  policy    {verdict.policy_digest}")
    print_text(f"  registry  {_snapshot(verdict.registry)}")
    if verdict.registry_at_publish.sha256 != verdict.registry.sha256:
        print_text(f"  and again {_snapshot(verdict.registry_at_publish)}")
    known = {name: value for name, value in verdict.facts.items() if value is not None}
    print_text(f"  facts     {_facts(known) or _no_facts(verdict)}")
    for why in verdict.reasons:
        _print_why(why)
    if verdict.error_type:
        print_text(f"  detail    {shown(verdict.error_type)}")
    _print_remedy(verdict.remedy)
    if verdict.receipt is not None:
        print_text(f"  receipt   {verdict.receipt}")
    if verdict.written is not None:
        written = verdict.written
        print_text(f"  written   {written.shard} as {written.doc_key}")
        print_text(f"            {_whereabouts(written)}")
        for event in written.events:
            because = "" if event.why is None else f" ({shown(event.why)})"
            print_text(
                f"            {shown(event.event)} at {event.at}, event {event.seq}{because}"
            )


def _whereabouts(written: Written) -> str:
    if written.superseded_by is None:
        return written.presence
    if written.presence is Presence.PRESENT:
        return f"{written.presence}: the newest run has kept this shard"
    return f"{written.presence}, replaced by run {written.superseded_by}"


def _print_why(why: Why) -> None:
    print_told("  because   ", f"{shown(why.reason)}: {shown(why.sentence)}", _IN)
    for rule in why.rules:
        again = "" if rule.description == why.sentence else f": {shown(rule.description)}"
        print_told(_INDENT, f"rule {shown(rule.id)}{again}", _IN)
        print_told(_INDENT, f'source: "{shown(rule.source)}"', _IN)
        print_text(f"            facts: {_facts(rule.facts)}")
    print_told(_INDENT, f"to change it: {why.remedy}", _IN)


def _print_remedy(remedy: Remedy) -> None:
    match remedy.outcome:
        case Outcome.NOTHING_CAN:
            obstacles = shown(", ".join(remedy.obstacles))
            words = f"not under this policy, whatever else were so: {obstacles}"
            print_told("  eligible  ", words, _IN)
        case Outcome.LIFT:
            words = f"not while purge {shown(' and '.join(remedy.obstacles))} keeps it out"
            print_told("  eligible  ", words, _IN)
        case Outcome.FACTS:
            print_text("  eligible  only if all of this were so:")
            for change in remedy.changes:
                now = _value(change.now)
                words = f"{change.fact}: {shown(change.needed)} (it was {now})"
                print_told(_INDENT, words, _IN)
        case Outcome.TRANSCRIPT:
            print_text("  eligible  yes, no rule denies it; it is held back for the reason above")
        case Outcome.MANIFEST_ROW:
            print_text("  eligible  not known: no rule was asked of a row that cannot be read")
        case Outcome.WRITTEN:
            pass


def _no_facts(verdict: Verdict) -> str:
    if verdict.remedy.outcome is Outcome.MANIFEST_ROW:
        return "none: the row of the file in the manifest could not be read"
    return "none is known"


def _value(value: object) -> str:
    """A fact, as policies and tables write it."""
    if value is None:
        return "not known"
    return str(value).lower() if isinstance(value, bool) else shown(value)


def _snapshot(registry: SourceSnapshot) -> str:
    return f"{registry.sha256} (exported {registry.newest_exported_at or 'unknown'})"


def _facts(facts: Mapping[str, object]) -> str:
    """Facts with their values, on as many lines as they need."""
    lines = [""]
    for name, value in facts.items():
        told = f"{name} = {_value(value)}"
        if lines[-1] and len(lines[-1]) + len(told) + 2 > _WIDTH - len(_INDENT):
            lines.append("")
        lines[-1] += f", {told}" if lines[-1] else told
    return f",\n{_INDENT}".join(lines)

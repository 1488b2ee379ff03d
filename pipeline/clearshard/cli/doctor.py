"""`doctor`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clearshard.cli.console import conclude, print_json, print_table, print_text, shown
from clearshard.cli.options import ActorOption, JsonOption
from clearshard.errors import EndpointOutsidePolicy, EndpointUnavailable
from clearshard.run.agent import this_agent
from clearshard.run.asked import now
from clearshard.transport.profiles import PROFILES, ProfileName

if TYPE_CHECKING:  # importing it takes long; `--help` is quick
    from clearshard.transport.evidence import Evidence

_EXIT = """Exit codes: 0 it is as the policy says, 1 failed, 2 usage or configuration, 4 it does not
answer, or not all of what was asked, 5 it offers what the policy does not name, or nothing that it
does."""


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command(epilog=_EXIT)(doctor)


def doctor(
    endpoint: Annotated[
        str,
        typer.Option("--endpoint", help="HOST or HOST:PORT; the port of HTTPS if it is not said."),
    ],
    profile: Annotated[
        ProfileName, typer.Option("--profile", help="Against which part of the policy.")
    ] = ProfileName.ASYNCHRONOUS,
    evidence: Annotated[
        Path | None,
        typer.Option(
            "--evidence",
            help="A folder for a dated file of all that was found, which `audit bundle --with` "
            "packs.",
            show_default=False,
        ),
    ] = None,
    seconds: Annotated[
        float, typer.Option("--seconds", min=0.1, max=600, help="For one answer.")
    ] = 10.0,
    actor: ActorOption = None,
    as_json: JsonOption = False,
) -> None:
    """What an endpoint offers against the policy: every version and every suite of TLS, one by one.

    Each is asked for in a connection of its own, some hundreds in all. Nothing is sent but the
    beginning of a connection, and no key.
    """
    from clearshard.run.endpoint import examine
    from clearshard.storage.failures import output_errors
    from clearshard.storage.files import write_atomic
    from clearshard.transport.evidence import encode, name_of

    if evidence is not None:  # before some hundreds of connections are made in vain
        with output_errors(evidence):
            evidence.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = examine(endpoint, PROFILES[profile], seconds, this_agent(actor), now)
    kept = None if evidence is None else evidence / name_of(found)
    if kept is not None:
        with output_errors(kept.parent):
            write_atomic(kept, encode(found))
    if as_json:
        _print_as_json(found, kept)
    else:
        _print(found, kept)
    if found.conforms is False:
        conclude(
            EndpointOutsidePolicy(
                f"{shown(found.endpoint)} is not as the policy says ({found.source}): "
                f"{len(found.outside):,} versions and suites outside of it, connection: "
                f"{found.connection}. Mend its configuration, or do not speak to it."
            )
        )
    if found.conforms is None:
        conclude(
            EndpointUnavailable(
                f"{shown(found.endpoint)} has not answered {found.unanswered:,} of what it was "
                f"asked (connection: {found.connection}): nobody knows. Try again, with more "
                "--seconds."
            )
        )


def _print_as_json(found: "Evidence", kept: Path | None) -> None:
    import msgspec

    said = msgspec.to_builtins(found)
    print_json({**said, "evidence": None if kept is None else str(kept)})


def _print(found: "Evidence", kept: Path | None) -> None:
    rows = []
    for one in found.versions:
        offered = [name for name, said in one.suites.items() if said == "offered"]
        why = "" if one.why is None else f" ({one.why})"
        rows.append((one.version, f"{one.said}{why}", one.suites_tried, len(offered)))
    print_table(
        f"{shown(found.endpoint)} ({found.address}) against the {found.profile} profile, "
        f"{found.begun_at}",
        ("version", "said", "suites tried", "suites offered"),
        rows,
    )
    for one in found.versions:
        for name, said in one.suites.items():
            if said != "refused":
                outside = f"{one.version} {name}" in found.outside
                print_text(f"{one.version} {name}: {said}{', not in the policy' * outside}")
    for what in found.missing:
        print_text(f"in the policy, and not offered: {what}")
    print_text(f"connection as the policy says: {found.connection}")
    if kept is not None:
        print_text(f"evidence: {shown(kept)}")

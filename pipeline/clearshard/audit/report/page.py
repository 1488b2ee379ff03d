"""Facts → the page."""

import base64
import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from clearshard.audit.account import NOT_SEEN, AccountReport, Elsewhere
from clearshard.audit.faults import printable
from clearshard.audit.report.charts import reasons_over_time
from clearshard.audit.report.facts import ReportFacts, shown
from clearshard.records.states import QuarantineReason, State
from clearshard.records.times import utc_text
from clearshard.terms import made_under

#: How what is kept stands that somebody has to look at.
_TELLING = ("breach", "overdue", "due", "unknown")
_OF_QUARANTINE = frozenset(map(str, QuarantineReason))
#: What became of files, for whoever is no engineer.
_STATES = {
    str(State.WRITTEN): "In the shards",
    str(State.EXCLUDED): "Excluded",
    str(State.QUARANTINED): "In quarantine",
    NOT_SEEN: "In the manifest no more",
    str(Elsewhere.ANOTHER): "Now of another account",
    str(Elsewhere.NONE): "Now of no account",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """How the artefacts of an inventory stand.

    Attributes:
        as_of: The moment that they were judged at, RFC 3339.
        artefacts: How many they are.
        states: The same by state.
        clauses: The same by clause and state.
    """

    as_of: str
    artefacts: int
    states: Mapping[str, int]
    clauses: Mapping[str, Mapping[str, int]]


def page(
    facts: ReportFacts,
    made_at: datetime | None,
    version: str,
    kept: Kept | None = None,
) -> str:
    """The report as one HTML document.

    Args:
        facts: What it says.
        made_at: When it was made, with an offset; None leaves it out.
        version: Of this program.
        kept: What is kept by that schedule; None if nobody has told.
    """
    oldest_first = list(reversed(facts.runs))
    return _rendered(
        "report.html.jinja",
        made_at,
        version,
        facts=facts,
        record=facts.newest.record,
        funnel=facts.summary.total,
        terms={name: printable(words) for name, words in made_under(facts.newest.record).items()},
        chart=reasons_over_time(
            [(run.as_of[5:10], _exclusions(run.reasons)) for run in oldest_first]
        ),
        clauses=list(_clauses(facts.deletions.swept, kept)),
        kept=kept,
    )


def _clauses(swept: Mapping[str, int], kept: Kept | None) -> Iterator[dict[str, Any]]:
    """Clauses under which something was deleted or stands, in the order of the schedule."""
    schedule = tomllib.loads(_text("retention.toml", "clearshard.defaults"))
    sources = {clause["id"]: clause["source"] for clause in schedule["clauses"]}
    standing = {} if kept is None else kept.clauses
    occurring = [*sources, *sorted((swept.keys() | standing.keys()) - sources.keys())]
    for name in occurring:
        deleted, stands = swept.get(name, 0), standing.get(name, {})
        if deleted or any(stands.get(state, 0) for state in _TELLING):
            source = sources.get(name, "")
            yield {"id": name, "deleted": deleted, "standing": stands, "source": source}


def account_page(report: AccountReport, made_at: datetime | None, version: str) -> str:
    """All that is recorded of an account as one HTML document; see `page`."""
    elsewhere = any(file.was_elsewhere for file in report.files)
    facts = {"report": report, "states": _STATES, "elsewhere": elsewhere}
    return _rendered("account.html.jinja", made_at, version, **facts)


def _rendered(template: str, made_at: datetime | None, version: str, **facts: Any) -> str:
    style, script = _text("report.css"), _text("report.js")
    return (
        _environment()
        .from_string(_text(template))
        .render(
            **facts,
            made_at=None if made_at is None else utc_text(made_at.replace(microsecond=0)),
            version=version,
            # Markup: both are files of this package.
            style=Markup(style),  # noqa: S704 - a file of this package
            script=Markup(script),  # noqa: S704 - a file of this package
            style_hash=_source_hash(style),
            script_hash=_source_hash(script),
        )
    )


def _exclusions(reasons: dict[str, int]) -> dict[str, int]:
    """The reasons of a run less those of quarantine."""
    return {printable(n): files for n, files in reasons.items() if n not in _OF_QUARANTINE}


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["printable"] = printable
    environment.filters["shown"] = shown
    environment.filters["number"] = "{:,}".format
    environment.filters["share"] = _share
    return environment


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _source_hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _text(name: str, package: str = "clearshard.audit.report") -> str:
    return (resources.files(package) / name).read_text(encoding="utf-8")

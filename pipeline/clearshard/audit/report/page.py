"""Facts → the page."""

import base64
import hashlib
from datetime import datetime
from importlib import resources

import jinja2
from markupsafe import Markup

from clearshard.audit.faults import printable
from clearshard.audit.report.charts import reasons_over_time
from clearshard.audit.report.facts import ReportFacts
from clearshard.records.states import QuarantineReason
from clearshard.records.times import utc_text
from clearshard.terms import made_under

_OF_QUARANTINE = frozenset(map(str, QuarantineReason))


def page(facts: ReportFacts, made_at: datetime | None, version: str) -> str:
    """The report as one HTML document.

    Args:
        facts: What it says.
        made_at: When it was made, with an offset; None leaves it out.
        version: Of this program.
    """
    style, script = _text("report.css"), _text("report.js")
    template = _environment().from_string(_text("report.html.jinja"))
    oldest_first = list(reversed(facts.runs))
    return template.render(
        facts=facts,
        record=facts.newest.record,
        funnel=facts.summary.total,
        terms={name: printable(words) for name, words in made_under(facts.newest.record).items()},
        chart=reasons_over_time(
            [(run.as_of[5:10], _exclusions(run.reasons)) for run in oldest_first]
        ),
        made_at=None if made_at is None else utc_text(made_at.replace(microsecond=0)),
        version=version,
        # Markup: both are files of this package.
        style=Markup(style),  # noqa: S704 - a file of this package
        script=Markup(script),  # noqa: S704 - a file of this package
        style_hash=_source_hash(style),
        script_hash=_source_hash(script),
    )


def _exclusions(reasons: dict[str, int]) -> dict[str, int]:
    """The reasons of a run less those of quarantine."""
    return {printable(n): files for n, files in reasons.items() if n not in _OF_QUARANTINE}


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["printable"] = printable
    environment.filters["number"] = "{:,}".format
    environment.filters["share"] = _share
    return environment


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _source_hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _text(name: str) -> str:
    return (resources.files("clearshard.audit.report") / name).read_text(encoding="utf-8")

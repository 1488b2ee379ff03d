"""The published schedule in plain Python: one artefact, plain datetimes, the cells of `published`.

Shares nothing with what it checks but the names of kinds and states.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from .published import SENTENCES, TABLE, Cell

Row = Mapping[str, Any]
_ASYNC = ("ttl", "baa", "neither", "request")
_LEAST_TTL, _MOST_AUDIO_TTL = timedelta(hours=1), timedelta(days=3)


def _cells(kind: str) -> Iterator[tuple[str, Cell, bool]]:
    """Circumstance, cell, and whether it counts from the transcript."""
    if kind == "speech_understanding":
        for name, cell in zip(_ASYNC, TABLE["final_transcript"], strict=True):
            yield name, cell, True
    for name, cell in zip(_ASYNC, TABLE.get(kind, ()), strict=False):
        yield name, cell, cell.linked
    for kinds, name, cell in SENTENCES.values():
        if kind in kinds:
            yield name, cell, False


def _in_utc(row: Row) -> Row:
    return {k: v.astimezone(UTC) if isinstance(v, datetime) else v for k, v in row.items()}


def stands(artefact: Row, account: Row, as_of: datetime, lag: timedelta) -> dict[str, Any]:
    """State, beginning and end. Everything that is there is known; what is None is not there."""
    # Python adds hours to what clocks on the wall show; a retention of a day has 24 of them.
    artefact, account = _in_utc(artefact), _in_utc(account)
    as_of = as_of.astimezone(UTC)
    kind = artefact["kind"]
    lives = [row.get("ttl_seconds") for row in (artefact, account)]
    ttl = min((timedelta(seconds=s) for s in lives if s is not None), default=None)
    if ttl is not None:
        ttl = max(ttl, _LEAST_TTL)
    baa, signed = account["baa_executed"], account.get("baa_executed_at")
    ends: list[tuple[datetime, datetime, datetime]] = []
    endless = False
    for circumstance, cell, linked in _cells(kind):
        start = artefact["transcript_created_at" if linked else "created_at"]
        since = None
        match circumstance:
            case "ttl":
                holds = ttl is not None
            case "baa":
                holds, since = baa, signed
            case "baa_with_provider":
                holds = baa and artefact["gateway_provider"] in ("anthropic", "google")
                since = signed
            case "opted_out":
                holds, since = account["opted_out"], account.get("opted_out_at")
            case "request":
                holds, since = artefact["deletion_requested_at"] is not None, None
                if holds:
                    start = max(artefact["created_at"], artefact["deletion_requested_at"])
            case _:
                holds = ttl is None and not baa
        if cell.begins == "never":
            endless |= holds
            continue
        if cell.begins == "ttl":
            if not holds or ttl is None:
                continue
            least = min(ttl, _MOST_AUDIO_TTL) if kind == "uploaded_audio" else ttl
            begins = start + least
        else:
            begins = start + timedelta(seconds=cell.begins if isinstance(cell.begins, int) else 0)
        if circumstance == "neither" and baa and ttl is None and signed and begins <= signed:
            holds = True
        if not holds:
            continue
        window = timedelta()
        if cell.at_most is not None and isinstance(cell.begins, int):
            window = timedelta(seconds=cell.at_most - cell.begins)
        begins = max(begins, since) if since else begins
        due = begins + window
        ends.append((begins, due, due + lag if cell.lag else due))
    if not ends:
        return {
            "state": "indefinite" if endless else "unknown",
            "begins_at": None,
            "due_at": None,
        }
    begins, due, breach = (min(times) for times in zip(*ends, strict=True))
    state = "not_due"
    if as_of > breach:
        state = "breach"
    elif as_of > due:
        state = "overdue"
    elif as_of >= begins:
        state = "due"
    return {"state": state, "begins_at": begins, "due_at": due}

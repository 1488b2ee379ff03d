"""The plan: which call is whose and what must become of it; and the folder that holds it all."""

import csv
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from . import calls, faulty, manifest, readme, recognisers, tables
from .accounts import COLUMNS as ACCOUNT_COLUMNS
from .accounts import Account, registry
from .calls import Call
from .faulty import Fault
from .manifest import AS_OF, DELETED, EU, EXPIRED, STREAMING, Cells
from .people import DECOY_NAME
from .recognisers import FORMS, Form
from .transcript import Json, Shape, encoded, some_shape, transcript, two_channels

SEED = "clearshard samples 1"
ELIGIBLE = 215  # by what the tables say
CONTAINER = "evening-batch.jsonl"
CONTAINED_ELIGIBLE, CONTAINED_EXCLUDED = 36, 5
# Containers of other forms: one record of each of some recognisers, and rows as pandas writes them.
ARCHIVE, ARCHIVED = "archive.jsonl", ("deepgram", "aws-transcribe")
TABLE, TABLED = "export.parquet", 2
# What the reasons of an account are replaced with when nothing can be known about its contract.
NO_ACCOUNT = "unknown_account"

RECOGNIZERS = r"""# The demo customer's own patterns, in the form that Presidio reads.
recognizers:
  - name: LoyaltyNumberRecognizer
    type: custom
    supported_language: en
    supported_entity: MEMBER_ID
    patterns:
      - name: loyalty number
        regex: '\bSKY-?[A-Z]{2}\d{5}\b'
        score: 0.8
    context: [loyalty, miles, points, member]

  # Written carelessly, and left so on purpose: the alternatives overlap, so that "TKT" and sixty
  # letters without the digit can be split in more ways than any machine can try. One sample has
  # that.
  - name: TicketNumberRecognizer
    type: custom
    supported_language: en
    supported_entity: ORDER_NUMBER
    patterns:
      - name: ticket number
        regex: 'TKT(?:[A-Z]|[A-Z][A-Z])+-\d'
        score: 0.7
    context: [ticket, case]
"""


@dataclass(frozen=True)
class Case:
    """Some files that the gate must refuse for the same reasons.

    Attributes:
        count: How many files.
        role: Whose they are; `nobody` is not in the registry.
        reasons: What the cells add to the reasons of the account.
        cells: The manifest cells that do it.
        days: How many days ago they were submitted, at least and at most; `None` leaves it.
    """

    count: int
    role: str
    reasons: tuple[str, ...] = ()
    cells: Cells = field(default_factory=dict)
    days: tuple[float, float] | None = None


def _each(role: str, reason: str, column: str, *values: str) -> tuple[Case, ...]:
    return tuple(Case(1, role, (reason,), {column: value}) for value in values)


EXCLUDED: tuple[Case, ...] = (
    Case(6, "no_contract"),
    Case(6, "baa"),
    Case(6, "permitting", ("eu_server",), EU),
    Case(5, "opted_out"),
    Case(4, "opted_out", ("zero_retention_breach",), STREAMING),
    Case(4, "permitting", ("deletion_requested",), DELETED),
    Case(3, "permitting", ("retention_expired",), EXPIRED),
    Case(1, "permitting", ("retention_expired",), manifest.EXPIRED_BY_OFFSET),
    Case(2, "ttl_of_three_days", ("retention_expired",), days=(3.1, 40)),
    Case(2, "ttl_of_an_hour", ("retention_expired",), days=(0.05, 2)),
    Case(4, "permitting", ("gateway_provider_not_opted_out",), manifest.OTHER_PROVIDER),
    Case(4, "nobody", (NO_ACCOUNT,)),
    Case(4, "unknown_training"),
    Case(5, "unknown_baa"),
    Case(5, "unknown_opted_out"),
    *_each("permitting", "unknown_region", "region", "", "apac", "unknown"),
    *_each("permitting", "unknown_product", "product", "", "batch", "voice_agent"),
    *_each(
        *("permitting", "unknown_submitted_at", "submitted_at"),
        *("", "2026-11-03T10:15:00", "last Tuesday", "2026-02-30T08:00:00Z"),
    ),
    Case(3, "permitting", ("unknown_gateway_provider",), manifest.NO_PROVIDER),
    *_each("permitting", "unknown_expires_at", "expires_at", "never", "2027-01-01T00:00:00", "30d"),
    *_each(
        *("permitting", "unknown_deletion_requested_at", "deletion_requested_at"),
        *("yes", "2026-11-19 at noon", "2026-11-19T12:00:00"),
    ),
    Case(4, "unknown_ttl"),
    Case(4, "conflicting"),
    Case(3, "stale"),
    # More than one reason: all of them must be kept.
    Case(2, "baa_and_opted_out"),
    Case(1, "baa_and_opted_out", ("zero_retention_breach",), STREAMING),
    Case(1, "no_contract_and_opted_out", ("eu_server",), EU),
    Case(1, "no_contract", ("deletion_requested", "eu_server"), {**EU, **DELETED}),
    Case(1, "baa", ("eu_server",), EU),
    Case(1, "opted_out", ("eu_server", "retention_expired"), {**EU, **EXPIRED}),
    Case(1, "nobody", (NO_ACCOUNT, "eu_server"), EU),
    Case(1, "conflicting", ("deletion_requested",), DELETED),
    Case(1, "stale", ("eu_server",), EU),
    Case(2, "unknown_training_and_baa"),
    Case(1, "permitting", ("unknown_product", "unknown_region"), {"product": "", "region": ""}),
    Case(
        *(1, "permitting", ("eu_server", "gateway_provider_not_opted_out")),
        {**EU, **manifest.OTHER_PROVIDER},
    ),
    Case(1, "unknown_opted_out", ("deletion_requested", "eu_server"), {**DELETED, **EU}),
)


@dataclass(frozen=True)
class Entry:
    """One manifest row and everything that is known about it.

    Attributes:
        cells: The row by column; `file_id` is set last, when the rows have been mixed.
        state: What it must end as: `eligible`, `excluded` or `quarantined`.
        reasons: Every reason, sorted.
        fault: How its transcript is broken, if it is.
        place: `file`, `container`, `fragment` (in the container under another id), `archive`,
            `table` or `nowhere`.
        shape: Which legal variation it is; by chance where there is none.
        odd: What the README says about it; empty for ordinary rows.
        cut: How many columns the row keeps; zero for all.
        twin: Rows with the same number share a file id.
        form: Whose form its transcript has; `None` is that of the transcript endpoint.
    """

    cells: Mapping[str, str]
    state: str
    reasons: tuple[str, ...] = ()
    fault: Fault | None = None
    place: str = "file"
    shape: Shape | None = None
    odd: str = ""
    cut: int = 0
    twin: int = 0
    form: Form | None = None

    @property
    def file_id(self) -> str:
        """The id as the manifest has it, which may be empty."""
        return self.cells["file_id"]


class _Planner:
    """Deals files out to accounts."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.accounts = registry()
        self._next: dict[str, int] = {}

    def account(self, role: str) -> Account:
        """The accounts of a role in turn, so that every one of them has a file."""
        if role == "nobody":
            return Account(f"acct-{self.rng.randint(9001, 9999)}", role)
        members = [account for account in self.accounts if account.role == role]
        at = self._next.get(role, 0)
        self._next[role] = at + 1
        return members[at % len(members)]

    def permitted(self) -> dict[str, str]:
        """Cells of a file that the gate must let through."""
        cells = manifest.ordinary_cells(self.rng, streaming=True)
        return {"account_id": self.account("permitting").account_id, **cells}

    def eligible(self) -> list[Entry]:
        made = [Entry(self.permitted(), "eligible") for _ in range(ELIGIBLE)]
        made[0] = replace(
            made[0],
            cells={**made[0].cells, **manifest.NOT_YET_EXPIRED},
            odd="expires half an hour after the as-of time, written with another offset",
        )
        for at, days in enumerate((0.2, 1.5, 2.9)):
            account = self.account("ttl_of_three_days")
            cells = {**made[1 + at].cells, "account_id": account.account_id, "product": "async"}
            submitted = manifest.before(self.rng, days, days + 0.05)
            cells |= {"submitted_at": submitted, "expires_at": "", "gateway_provider": ""}
            made[1 + at] = replace(made[1 + at], cells=cells)
        for at, called in ((5, ("1", "2")), (6, (DECOY_NAME, "Caller"))):
            made[at] = replace(
                made[at],
                shape=two_channels(called),
                odd="two channels, on which people talk over each other",
            )
        gone = faulty.DELETED
        made[7] = replace(
            made[7], state="excluded", reasons=(gone.reason,), fault=gone, odd=gone.what
        )
        for at in range(10, 10 + CONTAINED_ELIGIBLE):
            made[at] = replace(made[at], place="container")
        for at in (10, 11):
            made[at] = replace(
                made[at], place="fragment", odd="named by a fragment: its record has another id"
            )
        return made

    def excluded(self) -> list[Entry]:
        made: list[Entry] = []
        for case in EXCLUDED:
            for _ in range(case.count):
                account = self.account(case.role)
                # A product of its own only where opt-out is known to be off: a streaming file of
                # an opted-out account is a reason of its own.
                cells = manifest.ordinary_cells(self.rng, streaming=case.role == "permitting")
                if "product" in case.cells or "submitted_at" in case.cells:
                    cells |= {"product": "async", "gateway_provider": ""}
                if case.days:
                    cells["submitted_at"] = manifest.before(self.rng, *case.days)
                cells |= {"account_id": account.account_id, **case.cells}
                reasons = tuple(sorted({*account.reasons, *case.reasons}))
                made.append(Entry(cells, "excluded", reasons))
        for at, fault in enumerate(faulty.UNOPENED):
            row = 3 + 5 * at
            odd = f"excluded, and must stay unopened: {fault.what}"
            made[row] = replace(made[row], fault=fault, odd=odd)
        made[24] = replace(made[24], place="nowhere", odd="excluded, and its file does not exist")
        made[24] = replace(made[24], cells={**made[24].cells, "transcript_uri": "gone.json"})
        for at in range(CONTAINED_EXCLUDED):
            made[30 + 7 * at] = replace(made[30 + 7 * at], place="container")
        return made

    def quarantined(self) -> list[Entry]:
        made = [
            Entry(self.permitted(), "quarantined", (fault.reason,), fault, odd=fault.what)
            for fault in faulty.FAULTS
        ]
        for what, uri in faulty.NOWHERE:
            cells = {**self.permitted(), "transcript_uri": uri}
            made.append(
                Entry(cells, "quarantined", ("missing",), place="nowhere", odd=f"missing: {what}")
            )
        for twin in (1, 1, 2, 2):
            entry = Entry(self.permitted(), "quarantined", ("duplicate_file_id",), twin=twin)
            made.append(replace(entry, odd="two rows with the same file id"))
        row = Entry(self.permitted(), "quarantined", ("malformed",))
        made.append(replace(row, cut=3, odd="a row with three of nine columns"))
        made.append(replace(row, cells={**self.permitted(), "file_id": ""}, odd="an empty file id"))
        return made

    def forms(self) -> list[Entry]:
        """A file of each form that a transcript can have."""
        made = [
            Entry(self._of(form), "eligible", form=form, odd=f"another form: {form.what}")
            for form in FORMS
        ]
        for name in ARCHIVED:
            form = next(form for form in FORMS if form.name == name)
            odd = f"another form: {form.what}; in a container by the id that the form has"
            made.append(Entry(self._of(form), "eligible", form=form, place="archive", odd=odd))
        odd = "another form: a row of a Parquet table as pandas and Polars write it"
        made += [Entry(self.permitted(), "eligible", place="table", odd=odd) for _ in range(TABLED)]
        return made

    def _of(self, form: Form) -> dict[str, str]:
        provider = "anthropic" if form.product == "llm_gateway" else ""
        return {**self.permitted(), "product": form.product, "gateway_provider": provider}

    def entries(self) -> list[Entry]:
        """All rows in manifest order, with their ids."""
        mixed = [*self.eligible(), *self.excluded(), *self.quarantined()]
        self.rng.shuffle(mixed)
        # Behind the others, whose ids stay what they are.
        mixed += self.forms()
        numbered: list[Entry] = []
        twins: dict[int, str] = {}
        for at, entry in enumerate(mixed, start=1):
            file_id = f"call-{at:04d}"
            if entry.twin:
                file_id = twins.setdefault(entry.twin, file_id)
            uri = f"{file_id}.json"
            if entry.place == "container":
                uri = CONTAINER
            elif entry.place == "fragment":
                uri = f"{CONTAINER}#{_other_id(file_id)}"
            elif entry.place in ("archive", "table"):
                uri = ARCHIVE if entry.place == "archive" else TABLE
            elif entry.form:
                uri = f"{file_id}.{entry.form.name}.{entry.form.suffix}"
            cells = {"file_id": file_id, "transcript_uri": uri, **entry.cells}
            numbered.append(replace(entry, cells=cells))
        return numbered


def _other_id(file_id: str) -> str:
    return file_id.replace("call", "leg") + "-b"


def _write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def _write_csv(path: Path, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _gold_line(file_id: str, call: Call) -> str:
    order = list(dict.fromkeys(role for role, _, _ in call.ranges))
    return encoded(
        {
            "id": file_id,
            "source": call.source,
            "text": call.text,
            "utterances": [
                {"speaker": "ABCD"[order.index(role)], "start": start, "end": end}
                for role, start, end in call.ranges
            ],
            "spans": [
                {"start": span.start, "end": span.end, "label": span.label} for span in call.spans
            ],
        }
    )


def write_samples(out: Path) -> None:
    """Write the whole folder.

    Args:
        out: A folder that is empty or does not exist.
    """
    planner = _Planner(random.Random(SEED))
    entries = planner.entries()
    out.mkdir(parents=True, exist_ok=True)
    gold: list[str] = []
    contained: list[str] = []
    archived: list[str] = []
    rows: list[Json] = []
    written: set[str] = set()
    for number, entry in enumerate(entries):
        if entry.place == "nowhere" or entry.cut or not entry.file_id:
            continue
        # Each call has its own chance, so that a change to one leaves the others as they are.
        rng = random.Random(f"{SEED}/{entry.file_id}")
        call = calls.some_call(number, rng)
        if entry.fault:
            made = entry.fault.make(entry.file_id, call, rng)
            path = out / "transcripts" / f"{entry.file_id}.json"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(made)
            continue
        if entry.form or entry.place == "table":
            gold.append(_gold_line(entry.file_id, call))
        if entry.place == "table":
            rows.append(recognisers.parquet_row(entry.file_id, call, rng))
            continue
        if entry.form:
            other = entry.form.make(entry.file_id, call, rng)
            if entry.place == "archive":
                archived.append(other)
            else:
                _write_text(out / "transcripts" / entry.cells["transcript_uri"], other)
            continue
        inside = entry.place in ("container", "fragment")
        record_id = _other_id(entry.file_id) if entry.place == "fragment" else entry.file_id
        if entry.twin and entry.file_id in written:
            continue
        written.add(entry.file_id)
        text = encoded(transcript(record_id, call, entry.shape or some_shape(rng), rng))
        if inside:
            contained.append(text)
        else:
            _write_text(out / "transcripts" / f"{entry.file_id}.json", text)
        if not entry.twin:
            gold.append(_gold_line(entry.file_id, call))
    _write_text(out / "transcripts" / CONTAINER, "".join(contained))
    _write_text(out / "transcripts" / ARCHIVE, "".join(archived))
    tables.write_parquet(out / "transcripts" / TABLE, rows)
    # Where "../escape.json" leads: a reader that follows it gets a transcript that it must not.
    rng = random.Random(f"{SEED}/escape")
    escaped = transcript("escape", calls.some_call(0, rng), some_shape(rng), rng)
    _write_text(out / "escape.json", encoded(escaped | {"summary": DECOY_NAME}))
    _write_text(out / "gold.jsonl", "".join(gold))
    _write_text(out / "expected.jsonl", "".join(_expected_line(entry) for entry in entries))
    _write_text(out / "recognizers.yaml", RECOGNIZERS)
    _write_csv(
        out / "files.csv",
        manifest.COLUMNS,
        (
            [entry.cells[column] for column in manifest.COLUMNS][: entry.cut or None]
            for entry in entries
        ),
    )
    _write_csv(
        out / "accounts.csv",
        ACCOUNT_COLUMNS,
        (row.values() for account in planner.accounts for row in account.rows()),
    )
    odd = [(entry.file_id, entry.state, entry.odd) for entry in entries if entry.odd]
    states = [entry.state for entry in entries]
    _write_text(out / "README.md", readme.text(AS_OF, states, odd, len(planner.accounts)))


def _expected_line(entry: Entry) -> str:
    # The id is the first cell, so it can be told even where later ones are missing.
    reasons = list(entry.reasons)
    return encoded({"file_id": entry.file_id, "state": entry.state, "reasons": reasons})

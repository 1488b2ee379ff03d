"""Manifest → gate → provisional decisions, on disk, in bounded memory.

The manifest is read once; what was decided is what was read. The scratch file holds ids and facts,
no content. Duplicate ids are known only at the end of the manifest, so a second pass over the
scratch file adds them.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from clearshard.config import Config, ShardPeriod
from clearshard.eligibility.accounts import AccountIndex, index_accounts
from clearshard.eligibility.duplicates import DuplicateFinder, is_member
from clearshard.eligibility.facts import FILE_FACTS, only_known_times
from clearshard.eligibility.gate import Decided, Gate
from clearshard.eligibility.ids import UInt64, hash_ids
from clearshard.eligibility.moment import Moment
from clearshard.eligibility.policy import Policy
from clearshard.eligibility.spelling import folded
from clearshard.eligibility.tombstones import NO_TOMBSTONES, Tombstones
from clearshard.errors import RegistryStale, SourceUnavailable
from clearshard.records.facts import UNREADABLE, OwnColumn, facts_of, names_of, unreadable
from clearshard.records.run import SourceSnapshot
from clearshard.records.schemas import FACTS_TYPE, MANIFEST_SCHEMA
from clearshard.records.times import utc_text
from clearshard.run.forecast.supposed import Supposition
from clearshard.run.listed import Listed, Listing, flags, read_listed, write_listed
from clearshard.run.located import table_place
from clearshard.run.registry_source import registry_source
from clearshard.shards.periods import periods_of
from clearshard.sources.column_names import ColumnRules
from clearshard.sources.formats import table_digest
from clearshard.sources.hints import DIGEST, HINTS, IS_UNUSABLE, VERSION, HintsFound
from clearshard.sources.manifest import manifest_batches, open_manifest
from clearshard.sources.registry import RegistrySource
from clearshard.sources.table import TablePlace
from clearshard.sources.uris import canonical, named_records

#: The account's facts are not kept for each file: the gate has them, by `account_row`.
_SCRATCH_SCHEMA = pa.schema(
    [
        pa.field("file_id", pa.string(), nullable=False),
        # Of accounts that the gate does not know: it has the ids of the others.
        pa.field("account_id", pa.string()),
        # Of eligible files only: nothing can open what nobody can name.
        pa.field("transcript_uri", pa.string()),
        pa.field("reason_bits", pa.uint64(), nullable=False),
        pa.field("malformed", pa.bool_(), nullable=False),
        pa.field("id_hash", pa.uint64(), nullable=False),
        pa.field("uri_hash", pa.uint64(), nullable=False),
        pa.field("account_row", pa.int32(), nullable=False),
        # Of eligible files only, as what they point to.
        *(pa.field(name, pa.string()) for name in HINTS),
        *(MANIFEST_SCHEMA.field(name) for name in FILE_FACTS),
    ]
)
_HIDDEN_SCHEMA = pa.schema([pa.field("transcript_uri", pa.string(), nullable=False)])
_PROVISIONAL_SCHEMA = pa.schema(
    [
        pa.field("file_id", pa.string(), nullable=False),
        pa.field("account_id", pa.string()),
        pa.field("transcript_uri", pa.string()),
        pa.field("facts", FACTS_TYPE, nullable=False),
        pa.field("own_facts", pa.string()),
    ]
)

#: The gate gives these back, under the names that the policy knows.
TEXT_FACTS = names_of("text", owner="file")
_READ = tuple(
    name
    for name in MANIFEST_SCHEMA.names
    if name != "malformed" and not name.endswith(UNREADABLE) and name not in TEXT_FACTS
)
#: Names of columns in one line of progress; the record of the run has them all.
_TOLD_NAMES = 20
#: Nothing is refused but what is almost a column that is read, and every other one is told.
_TELL_ALL = ColumnRules()


@dataclass(frozen=True, slots=True)
class Tables:
    """Where the facts are.

    Attributes:
        manifest: The file manifest.
        registry: The account registry.
        columns: What the user has said of the columns of the manifest.
        version_column: One of them that changes with the transcript.
    """

    manifest: TablePlace
    registry: RegistrySource
    columns: ColumnRules = _TELL_ALL
    version_column: str | None = None


def tables_of(config: Config) -> Tables:
    """The tables that a configuration names."""
    sources = config.sources
    rules = ColumnRules(
        strict=sources.strict_columns, ignored=sources.ignored_columns, timezone=sources.timezone
    )
    registry = registry_source(config, rules)
    return Tables(table_place(config, sources.manifest), registry, rules, sources.version_column)


@dataclass(frozen=True, eq=False)
class Provisional(Listed):
    """One batch of decided files, before redaction.

    Attributes:
        gate: The gate that decided; it has the facts of the accounts.
    """

    gate: Gate

    @cached_property
    def account_ids(self) -> pa.Array:
        """The account of each file, by the name that the gate knows it by if it does."""
        rows = self.scratch.column("account_row").to_numpy()
        return pc.coalesce(self.gate.account_ids(rows), self.scratch.column("account_id"))

    def periods(self, by: ShardPeriod) -> pa.Array:
        """The period of submission of each file; see `clearshard.shards.periods`."""
        return periods_of(self.gate.submitted_at(self.scratch), by)

    @cached_property
    def table(self) -> pa.RecordBatch:
        """`file_id`, `account_id`, `transcript_uri` (of eligible files only), `facts`, `own_facts`.

        Behind these are the facts of the policy's own that the manifest has, each a column.

        Made when it is asked for: whoever only counts does not need it.
        """
        batch = self.scratch
        rows = batch.column("account_row").to_numpy()
        own = [one.fact for one in self.gate.own_of_files]
        return pa.RecordBatch.from_arrays(
            [
                batch.column("file_id"),
                self.account_ids,
                batch.column("transcript_uri"),
                self.gate.facts(batch, rows),
                self.gate.own_facts(batch, rows),
                *(batch.column(name) for name in own),
            ],
            schema=pa.schema([*_PROVISIONAL_SCHEMA, *(batch.schema.field(name) for name in own)]),
        )


@dataclass(frozen=True, slots=True)
class Intake:
    """All provisional decisions of a manifest.

    Attributes:
        listing: The rows, on disk.
        gate: The gate that decided.
        manifest: What the manifest was.
        registry: What the registry was.
        columns: What the user has said of the columns of both tables.
        hints: What the manifest has to say of the content of its files, in numbers.
    """

    listing: Listing
    gate: Gate
    manifest: SourceSnapshot
    registry: SourceSnapshot
    columns: ColumnRules
    hints: HintsFound

    def batches(self) -> Iterator[Provisional]:
        """The decisions in the order of the manifest; every pass gives the same."""
        for one in self.listing.batches():
            yield Provisional(one.scratch, one.reason_bits, one.duplicate, one.malformed, self.gate)

    @property
    def unread(self) -> list[str]:
        """One sentence a table that has columns which are neither read nor listed as of no use."""
        sentences = []
        for what, table in (("file manifest", self.manifest), ("account registry", self.registry)):
            names = [name for name in table.unread_columns if not self.columns.lists(name)]
            if names:
                more = f" and {len(names) - _TOLD_NAMES:,} more" if len(names) > _TOLD_NAMES else ""
                sentences.append(
                    f"{what}: columns that are not read, and decide nothing: "
                    f"{', '.join(names[:_TOLD_NAMES])}{more}. List those of no use in "
                    "sources.ignored_columns"
                )
        return sentences


def take_in(
    tables: Tables,
    policy: Policy,
    moment: Moment,
    scratch: Path,
    supposed: Supposition | None = None,
    tombstones: Tombstones = NO_TOMBSTONES,
) -> Intake:
    """Decides every file of a manifest.

    Args:
        tables: The file manifest and the account registry.
        policy: The rules.
        moment: When it is decided.
        scratch: A folder for the provisional decisions.
        supposed: What the registry is taken to say of an account, for who only asks.
        tombstones: What was purged.

    Raises:
        SourceUnavailable: One of the tables cannot be used.
        RegistryStale: Nothing in the registry is young enough to decide on.
    """
    accounts, registry = read_accounts(tables, policy, moment, supposed)
    gate = Gate(policy, accounts, moment, tombstones)
    decisions, hidden = scratch / "intake.arrow", scratch / "hidden.arrow"
    finder = DuplicateFinder(scratch / "hashes.bin")
    uri_finder = DuplicateFinder(scratch / "uris.bin")
    named: list[_Named] = [(np.empty(0, np.uint64), np.empty(0, np.uint64))]
    starts: list[int] = []
    row_count = 0
    read: Counter[str] = Counter()
    hints: Counter[str] = Counter()
    own = policy.own_columns("manifest")
    manifest = open_manifest(tables.manifest, tables.columns, own, tables.version_column)
    with (
        pa.OSFile(str(decisions), "wb") as sink,
        pa.OSFile(str(hidden), "wb") as hidden_sink,
        pa.ipc.new_stream(hidden_sink, _HIDDEN_SCHEMA) as hidden_writer,
    ):
        for files in manifest_batches(manifest):
            row_count += files.num_rows
            decided = gate.decide(files)
            read.update(_read(files, decided, manifest.own))
            hints.update(_hints(files))
            file_ids = files.column("file_id")
            # A deletion that is asked for under one spelling holds for the others too.
            spelled = folded(file_ids.fill_null("") if file_ids.null_count else file_ids)
            hashes = hash_ids(spelled)
            finder.add(hashes[flags(file_ids.is_valid())] if file_ids.null_count else hashes)
            transcripts = _transcripts(files)
            uris = hash_ids(transcripts)
            named.append(_named(transcripts, hashes, uris))
            uri_finder.add(uris[flags(files.column("transcript_uri").is_valid())])
            batch = _scratch_batch(files, decided, hashes, uris, manifest.own)
            starts.append(write_listed(sink, batch))
            out = pc.or_(pa.array(decided.reason_bits != 0), files.column("malformed"))
            hidden_writer.write_batch(pa.record_batch([transcripts.filter(out)], _HIDDEN_SCHEMA))
        manifest.require_legible(read)
        snapshot = SourceSnapshot(
            sha256=manifest.sha256, row_count=row_count, unread_columns=manifest.unread_columns
        )
    shared = np.union1d(uri_finder.finish(), _named_like_files(named, decisions, starts))
    shared = np.union1d(shared, _named_like_purged(named, tombstones))
    return Intake(
        Listing(decisions, tuple(starts), finder.finish(), shared, hidden),
        gate,
        snapshot,
        registry,
        tables.columns,
        HintsFound(hints[DIGEST], hints[VERSION], hints[IS_UNUSABLE], tables.version_column),
    )


def _hints(files: pa.RecordBatch) -> dict[str, int]:
    """How many rows have each hint, and how many one that cannot be used."""
    there = {name: files.num_rows - files.column(name).null_count for name in HINTS}
    return {**there, IS_UNUSABLE: files.column(IS_UNUSABLE).true_count}


def _read(files: pa.RecordBatch, decided: Decided, own: Sequence[OwnColumn]) -> dict[str, int]:
    """How many values of each column could be read; names only if they are known."""
    columns = {name: files.column(name) for name in _READ}
    columns |= {name: decided.known(name) for name in TEXT_FACTS}
    columns |= {one.column: files.column(one.fact) for one in own}
    return {name: len(column) - column.null_count for name, column in columns.items()}


def _transcripts(files: pa.RecordBatch) -> pa.Array:
    """What each row points to: a file, or one record of a container.

    Two rows that point to the same would let a file that is excluded in through the other one.
    """
    uris, file_ids = (files.column(name).fill_null("") for name in ("transcript_uri", "file_id"))
    return canonical(uris, file_ids)


#: Of rows that name a record by another id than the file's: hashes of that id, and of the uri.
_Named = tuple[UInt64, UInt64]


def _named(transcripts: pa.Array, ids: UInt64, uris: UInt64) -> _Named:
    rows, record_ids = named_records(transcripts)
    hashes = hash_ids(folded(record_ids))
    other = hashes != ids[rows]
    return hashes[other], uris[rows][other]


def _named_like_files(named: list[_Named], scratch: Path, starts: Sequence[int]) -> UInt64:
    """Hashes of the uris that name a record by the id of another row's file.

    The manifest itself says then whose record it is: of a file that may be excluded.
    """
    record_ids, uris = (np.concatenate(hashes) for hashes in zip(*named, strict=True))
    if not len(record_ids):
        return record_ids
    order = np.sort(record_ids)
    known = np.zeros(len(order), np.bool_)
    for batch in read_listed(scratch, starts):
        ids = batch.column("id_hash").to_numpy()
        known[np.searchsorted(order, ids[is_member(ids, order)])] = True
    found: UInt64 = np.unique(uris[is_member(record_ids, order[known])])
    return found


def _named_like_purged(named: list[_Named], tombstones: Tombstones) -> UInt64:
    """Hashes of the uris that name a record by the id of a purged file: that is whose it is."""
    found = [uris[is_member(record_ids, tombstones.files)] for record_ids, uris in named]
    hashes: UInt64 = np.unique(np.concatenate(found))
    return hashes


def _scratch_batch(
    files: pa.RecordBatch,
    decided: Decided,
    hashes: UInt64,
    uris: UInt64,
    own: Sequence[OwnColumn],
) -> pa.RecordBatch:
    nothing = pa.scalar(None, pa.string())
    eligible = pa.array(decided.reason_bits == 0)
    unknown = pa.array(decided.account_rows < 0)
    columns = [
        files.column("file_id").fill_null(""),
        pc.if_else(unknown, files.column("account_id"), nothing),
        pc.if_else(eligible, files.column("transcript_uri"), nothing),
        pa.array(decided.reason_bits),
        files.column("malformed"),
        pa.array(hashes),
        pa.array(uris),
        pa.array(decided.account_rows),
        *(pc.if_else(eligible, files.column(name), nothing) for name in HINTS),
        *(files.column(name) for name in FILE_FACTS),
        *(files.column(one.fact) for one in own),
    ]
    schema = pa.schema([*_SCRATCH_SCHEMA, *(files.schema.field(one.fact) for one in own)])
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def read_accounts(
    tables: Tables, policy: Policy, moment: Moment, supposed: Supposition | None = None
) -> tuple[AccountIndex, SourceSnapshot]:
    """Reads the registry and makes sure that it is of any use; its rows are let go of.

    Of what use it is, the newest row says whose export can have happened yet: one that is dated
    ahead of the clock says nothing about the age of the others.

    Raises:
        SourceUnavailable: It cannot be used.
        RegistryStale: Its newest row is older than the policy allows.
        ConfigError: Something is supposed of an account that it does not have.
    """
    name = tables.registry.name
    registry = tables.registry.read(policy.own_columns("registry"))
    exported = registry.table.column("exported_at")
    if exported.null_count == len(exported):
        raise SourceUnavailable(f"{name}: column exported_at has no readable time (row 2)")
    known = only_known_times(exported, moment.known_until)
    if known.null_count == len(known):
        raise SourceUnavailable(
            f"{name}: no row was exported before {utc_text(moment.now)}, only in "
            "the future of it. Set the clock of whoever exports it, or of this machine"
        )
    newest = pc.max(known).as_py()
    age_seconds = (moment.latest - newest).total_seconds()
    if age_seconds > policy.max_registry_age_seconds:
        raise RegistryStale(
            f"{name}: the newest row was exported {age_seconds / 86400:.1f} days "
            f"before {moment.latest.isoformat()}; the policy allows "
            f"{policy.max_registry_age_seconds / 86400:g}. Export it again."
        )
    snapshot = replace(registry.snapshot, newest_exported_at=utc_text(newest))
    # Not held here while they are sorted: there may be millions.
    rows = [registry.table if supposed is None else supposed.put_into(registry.table)]
    del registry, exported, known
    index = index_accounts(rows.pop())
    pa.default_memory_pool().release_unused()
    return index, snapshot


def tables_are_as_read(tables: Tables, intake: Intake, policy: Policy) -> bool:
    """Whether manifest and registry are, to the byte, still what was decided on by a policy.

    Raises:
        SourceUnavailable: One of them cannot be read again.
    """
    same = table_digest("file manifest", tables.manifest) == intake.manifest.sha256
    return same and tables.registry.unchanged_since(intake.registry, policy.own_columns("registry"))


def all_stay_eligible(intake: Intake, moment: Moment) -> bool:
    """Whether every eligible file still is, with time gone on since and nothing else."""
    reason_bits = intake.gate.decide_later(moment)
    own = intake.gate.own_of_files
    for batch in intake.batches():
        rows = batch.eligible
        chosen = batch.scratch.take(pa.array(rows))
        account_rows = batch.scratch.column("account_row").to_numpy()[rows]
        facts = {name: chosen.column(name) for name in (*FILE_FACTS, *(one.fact for one in own))}
        files = pa.RecordBatch.from_pydict(facts | _marks_of_readable(len(rows), own))
        if reason_bits(files, account_rows).any():
            return False
    return True


def _marks_of_readable(count: int, own: Sequence[OwnColumn]) -> dict[str, pa.Array]:
    """That nothing was unreadable: of an eligible file its facts are all there was."""
    no = pa.array(np.zeros(count, np.bool_))
    marks = {fact.mark: no for fact in facts_of("file") if fact.is_marked}
    return marks | {unreadable(one.fact): no for one in own}


def as_manifest(batch: pa.RecordBatch, own: Sequence[OwnColumn]) -> pa.RecordBatch:
    """Eligible rows of a provisional batch as manifest rows, to be decided once more.

    Nothing of an eligible file was unreadable, so its facts are all there was.
    """
    facts = batch.column("facts")
    return pa.RecordBatch.from_pydict(
        {
            "file_id": batch.column("file_id"),
            "account_id": batch.column("account_id"),
            "transcript_uri": batch.column("transcript_uri"),
            **{name: pc.struct_field(facts, name) for name in FILE_FACTS},
            "malformed": pa.array(np.zeros(batch.num_rows, np.bool_)),
            **{one.fact: batch.column(one.fact) for one in own},
            **_marks_of_readable(batch.num_rows, own),
        }
    )

"""Where everything of an output lies: the one owner of its names.

A name is relative to the output, with slashes between its parts: in a folder ``OUT / name`` is the
path, in a store it is the key. Nothing here looks at a disk, so nothing here knows which it is.

    README.md                              the dataset card
    shards/<period>/part-<digest>.parquet  a shard; the runs that list it share it
    runs/<run_id>.json                     the record of a run
    audit/decisions/run=<run_id>/          its decisions
    audit/tombstones/<purge_id>.parquet    what a purge keeps out for ever
    audit/receipts/<run_id>.json           what a run or a purge has removed, and that it is gone
    audit/ledger.jsonl                     the ledger
    audit/head.json                        a copy of its newest line
    .clearshard.json                       the marker: this is an output of ours
    .lock                                  held by the run in progress
    keys.json                              the keys of an encrypted folder, each wrapped by another
    .shards.json                           which shards were read and found right, and when
    .standstill.json                       what the newest run stood on, if nothing need be opened
    .mirror.json                           the folder is the mirror of a bucket: of which one
    .staging/<run_id>/                     what a run makes before it is visible
    .checkpoints/                          redacted work of runs that did not become visible

`tests/test_layout.py` fails where another module spells one of these names.
"""

import re
from collections.abc import Iterable

CARD = "README.md"
SHARDS = "shards"
RUNS = "runs"
AUDIT = "audit"
DECISIONS = f"{AUDIT}/decisions"
TOMBSTONES = f"{AUDIT}/tombstones"
RECEIPTS = f"{AUDIT}/receipts"
LEDGER = f"{AUDIT}/ledger.jsonl"
#: Of the copy of the newest line, beside the ledger.
LEDGER_COPY_NAME = "head.json"
LEDGER_COPY = f"{AUDIT}/{LEDGER_COPY_NAME}"
MARKER = ".clearshard.json"
LOCK = ".lock"
SEEN_SHARDS = ".shards.json"
STANDSTILL = ".standstill.json"
MIRROR = ".mirror.json"
ENCRYPTION_KEYS = "keys.json"
STAGING = ".staging"
CHECKPOINTS = ".checkpoints"

#: What there is one of. Shards, records and decisions are many.
FILES = (
    CARD,
    LEDGER,
    LEDGER_COPY,
    MARKER,
    LOCK,
    SEEN_SHARDS,
    STANDSTILL,
    MIRROR,
    ENCRYPTION_KEYS,
)
#: Folders of what is visible, each after the one that it lies in.
FOLDERS = (AUDIT, DECISIONS, TOMBSTONES, RECEIPTS, RUNS, SHARDS)
#: The work of runs that are not visible: what is there is theirs, but made of files and folders.
AT_WORK = (STAGING, CHECKPOINTS)
#: What may be given away; everything else holds ids of customers, or work in progress.
GIVEN_AWAY = (SHARDS, CARD)

#: Below the staging folder of a run: work that it needs no more when it is finished ...
STAGED_SCRATCH = "scratch"
#: ... and what will be visible, until it is.
STAGED_SHARDS = SHARDS
STAGED_DECISIONS = "decisions"
STAGED_RECORD = "record.json"
STAGED_CARD = CARD
#: Checkpoints that a visible run has made useless, on their way out.
STAGED_CHECKPOINTS = "checkpoints"

_DIGEST_DIGITS = 16
_RUN_ID = r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,199}"
_IS_RUN_ID = re.compile(_RUN_ID)
_IS_SHARD_NAME = re.compile(rf"[0-9A-Za-z-]{{1,40}}/part-[0-9a-f]{{{_DIGEST_DIGITS}}}\.parquet")
#: What files of decisions hold, by which their names begin: a whole table, rows that are new, which
#: rows are in force no more, what was known of accounts, and what was withheld.
_DECISIONS_FILE = r"(?:decisions|changes|replaced|accounts|withheld)-\d{5}\.parquet"
_IS_DECISIONS_NAME = re.compile(rf"run={_RUN_ID}/{_DECISIONS_FILE}")
_IS_EVIDENCE = re.compile(
    rf"{re.escape(MARKER)}|{re.escape(CARD)}|{re.escape(LEDGER)}|{re.escape(LEDGER_COPY)}"
    rf"|{RUNS}/{_RUN_ID}\.json|{DECISIONS}/run={_RUN_ID}/{_DECISIONS_FILE}"
    rf"|{TOMBSTONES}/{_RUN_ID}\.parquet|{RECEIPTS}/{_RUN_ID}\.json"
)


def is_run_id(text: str) -> bool:
    """Whether a run can have this id: whatever else would lead out of the folders of the run."""
    return _IS_RUN_ID.fullmatch(text) is not None


def record(run_id: str) -> str:
    """The record that makes a run visible. Of a pattern of ids it is the pattern of records."""
    return f"{RUNS}/{record_name(run_id)}"


def record_name(run_id: str) -> str:
    """The record of a run within the folder of records."""
    return f"{run_id}.json"


def decisions(run_id: str) -> str:
    """The folder of the decisions of a run."""
    return f"{DECISIONS}/{decisions_of(run_id)}"


def decisions_of(run_id: str) -> str:
    """The same as records have it, below the folder of all decisions."""
    return f"run={run_id}"


def run_of_decisions(name: str) -> str:
    """The run that wrote a file of decisions, by the file's name as records have it."""
    return name.partition("/")[0].removeprefix(decisions_of(""))


def decisions_name(number: int, holds: str = "decisions") -> str:
    """A file of decisions within the folder of its run, by what it holds and its number from 0."""
    return f"{holds}-{number:05d}.parquet"


def is_decisions_name(text: str) -> bool:
    """Whether a record can name a file of decisions so."""
    return _IS_DECISIONS_NAME.fullmatch(text) is not None


def tombstones(run_id: str) -> str:
    """The tombstones that a purge has placed."""
    return f"{TOMBSTONES}/{run_id}.parquet"


def receipt(run_id: str) -> str:
    """The receipt of what a run or a purge has removed."""
    return f"{RECEIPTS}/{run_id}.json"


def shard(name: str) -> str:
    """A shard, by its name as records have it."""
    return f"{SHARDS}/{name}"


def shard_name(period: str, sha256: str) -> str:
    """The name of a shard as records have it, below the folder of shards.

    Args:
        period: Of the rows in it.
        sha256: Of its bytes, hex.
    """
    return f"{period}/part-{sha256[:_DIGEST_DIGITS]}.parquet"


def is_shard_name(text: str) -> bool:
    """Whether a record can name a shard so."""
    return _IS_SHARD_NAME.fullmatch(text) is not None


def staging(run_id: str) -> str:
    """The folder of what a run makes before it is visible."""
    return f"{STAGING}/{run_id}"


def run_of_staged_record(name: str) -> str | None:
    """The run whose staged record a name is, or None if it is something else."""
    folder, _, rest = name.partition("/")
    run_id, _, inner = rest.partition("/")
    is_one = folder == STAGING and inner == STAGED_RECORD and is_run_id(run_id)
    return run_id if is_one else None


def checkpoint_name(digest: str) -> str:
    """A checkpoint within the folder of checkpoints, by a digest that only its maker can make."""
    return f"unit-{digest}.arrow"


def is_in_bucket(name: str) -> bool:
    """Whether an output in a bucket has an object of this name: all but what is of one machine."""
    folder, _, rest = name.partition("/")
    if folder == STAGING:
        run_id, _, inner = rest.partition("/")
        return is_run_id(run_id) and inner in (STAGED_RECORD, STAGED_CARD)
    if name == ENCRYPTION_KEYS:
        return True
    return is_evidence(name) or (folder == SHARDS and is_shard_name(rest))


def is_evidence(name: str) -> bool:
    """Whether a run writes a file of this name, other than shards and work in progress."""
    return _IS_EVIDENCE.fullmatch(name) is not None


def within(folder: str, names: Iterable[str]) -> frozenset[str]:
    """Those of some names that lie in a folder and not deeper, as they are called there.

    Args:
        folder: One of `FOLDERS`, or nothing for the output itself.
        names: Of an output.
    """
    before = f"{folder}/" if folder else ""
    inner = (name.removeprefix(before) for name in names if name.startswith(before))
    return frozenset(name for name in inner if "/" not in name)

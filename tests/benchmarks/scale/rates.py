"""What has been measured on one machine, and where: the figures that everything here stands on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rates:
    """Of one core, or of the one process that decides and publishes. Seconds are of a processor.

    Attributes:
        redacted_words: Words that a core redacts a second, everything switched on
            (docs/performance.md, Against stock Presidio: the lower of its two figures).
        gated_rows: Rows of a Parquet manifest that the gate decides a second, with five million
            accounts (The gate; with a hundred thousand it is nearly twice that).
        assemble_words: Words that the one process makes shards of a second
            (`tests.benchmarks.scale.driver`, as all below without a page).
        file_seconds: Of the one process for each file besides its words: results taken in, rows
            placed.
        remembered_rows: Rows of the run before that are read, decided twice and compared a second,
            where nothing is new and all else is measured alone (A night: 7.2 s a million).
        fetched_at_once: Requests that one machine has under way (record 61).
        fetch_seconds: Of a processor, for each object that is fetched (the same).
        listed: Objects that one request of a listing tells of, one after the other (record 62).
        shard_seconds: For each shard in force, to open, settle, enter and announce (record 56).
        source_bytes: Of a transcript of the endpoint's form, for each word.
        shard_bytes: Of a shard on disk, for each word (the generated samples).
        row_bytes: The same before compression.
        decision_bytes: Of the table of decisions, for each file, with its index.
        scratch_bytes: On the disk of the one process while two tables are compared, for each file
            (record 32).
        memory_bytes: Of the one process that grow with each file: from a million to ten (A night).
        plan_bytes: In its memory for each new row (record 31).
        record_bytes: Of a record, for each shard.
        event_bytes: Of an event of the ledger (a run and a purge of the demonstration).
        night_events: Events of a night: begun, finished, shards removed.
        purge_events: Events of a purge: tombstones, finished, shards removed, receipt.
        unit_bytes: Of the transcripts of one work unit.
        unit_files: The most files of one.
    """

    redacted_words: float = 39_647
    gated_rows: float = 600_000
    assemble_words: float = 1_420_000
    file_seconds: float = 28e-6
    remembered_rows: float = 139_000
    fetched_at_once: int = 64
    fetch_seconds: float = 150e-6
    listed: int = 1_000
    shard_seconds: float = 40e-6
    source_bytes: float = 144
    shard_bytes: float = 13.4
    row_bytes: float = 36
    decision_bytes: float = 90
    scratch_bytes: float = 88
    memory_bytes: float = 10
    plan_bytes: float = 16
    record_bytes: float = 800
    event_bytes: float = 750
    night_events: int = 3
    purge_events: int = 4
    unit_bytes: int = 2 * 1024 * 1024
    unit_files: int = 256


MEASURED = Rates()

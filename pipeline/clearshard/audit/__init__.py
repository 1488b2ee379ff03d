"""The proof: what was decided about every file, why, where it was written, and that it still holds.

What a run leaves in an output folder, and who reads it here::

    runs/<run_id>.json                 reading    the record; what makes a run visible
    audit/decisions/run=<run_id>/*     reading    one row per manifest row, never its content
    audit/ledger.jsonl                 ledger     append-only, hash-chained events
    audit/tombstones/<purge>.parquet   tombstones what a purge keeps out for ever
    audit/receipts/<run_id>.json       receipts   what was taken out, and that it is gone
    shards/<period>/part-*             contents   keys and digests only; no other column is read

Questions, one module each:

* `summary`: how many files were seen, eligible, written; and what became of the others.
* `listing`: which decisions were taken, as a stream; `selection` says of which runs and files.
* `explain`: everything that was ever decided about one file. `reasons` says what a reason means,
  `remedy` what would have to be otherwise.
* `diff`: two runs side by side; `changes` compares any two sets of decisions, `forecast` says what
  a purge after them would take out of the shards of a run.
* `query`: one SELECT over `views`, where nothing can be written and nothing else be read.
* `verify`: is what is on disk what was recorded? `ledger` walks the chain, `inventory` compares the
  folder with the records file by file, `named` knows those that the ledger names, `contents`
  reconciles decisions, counts and shards, `replaced` finds the shards that no longer count, and
  those of them that must not be there.

Shards bear the name of their content and are shared by runs: which of them count, the record of the
newest run says. A decision says in which period a file lies, and under which keys; the record says
which shard holds that place.

What holds the proof together::

    ledger event run_finished ──sha256──► run record ──sha256──► decisions files
              │                                      └─sha256──► shard files, also of earlier runs
              └─hash─► the event before it

Bytes are compared with their recorded digest before anything in them is believed: a file that is
not what was recorded is one fault, and nothing more is read from it. The chain shows that something
was changed, not that nobody who can write the folder rebuilt all of it: who needs that, too, keeps
the hash of the newest event (`Ledger.head`) elsewhere.

Answers with many rows leave through `export` (CSV, JSON lines, Parquet); `cells` makes text from
outside inert in a spreadsheet. The tables are read by DuckDB, out of core, so that nothing grows
with the number of files but time. Values that come from a user or a file are parameters of a query,
never part of its text; the one text that is a user's own is `query`'s, behind its walls.
"""

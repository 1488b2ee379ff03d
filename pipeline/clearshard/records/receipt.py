"""A receipt: what was taken out of what was written, and that it is gone."""

import msgspec


class ShardBytes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A shard, as it was or is.

    Attributes:
        name: Below ``shards/``.
        sha256: Of the whole file.
        size_bytes: On the disk.
        transcripts: How many are in it.
        content_sha256: Of its rows, whatever bytes they are written in; see
            `clearshard.vault.content`. Empty where its record does not say it.
        key_id: The key that it hangs on; empty where it is plain.
    """

    name: str
    sha256: str
    size_bytes: int
    transcripts: int
    content_sha256: str = ""
    key_id: str = ""


class RunBytes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A run, by the digest of its record."""

    run_id: str
    sha256: str


class Receipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``audit/receipts/<run_id>.json``.

    Attributes:
        run_id: The purge, or the run that has lost files.
        at: When it was made, RFC 3339.
        of: By what the files were chosen; ``run`` where a run has decided all files anew.
        files: How many came out of the shards.
        accounts: Ids that are kept out from now on, as they were asked for; at most a hundred.
        file_ids: The same of files.
        tombstones: How many ids of each kind are kept out from now on.
        before: The run in whose shards the files were; None where there was none.
        after: The run in whose shards they are not; None where nothing had to be written.
        removed: Shards that are gone, of whichever run.
        written: Shards that were written in their place.
        searched: Shards that were searched for rows that are not written any more; none was found.
        unread: Those of the shards that are gone that hung on destroyed keys: nobody could look
            what is in them, and their other files are redacted again.
        completes: Purges that were killed before they could leave a receipt, and that this brings
            to their end: what they keep out is among the above.
        exports: Recorded exports whose run held any of the files, or what they held, also where
            that had left the shards before.
        exports_unknown: Recorded exports of which nobody can tell any more.
        cannot_undo: What no purge can undo.
    """

    run_id: str
    at: str
    of: str
    files: int
    accounts: tuple[str, ...]
    file_ids: tuple[str, ...]
    tombstones: dict[str, int]
    before: RunBytes | None
    after: RunBytes | None
    removed: tuple[ShardBytes, ...]
    written: tuple[ShardBytes, ...]
    searched: int
    unread: tuple[str, ...] = ()
    completes: tuple[str, ...] = ()
    exports: tuple[str, ...]
    exports_unknown: tuple[str, ...]
    cannot_undo: tuple[str, ...]

"""The run record, and what is in it."""

from enum import StrEnum

import msgspec

from clearshard import layout
from clearshard.records.places import Leaf


class ShardFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One finished Parquet shard; it is never changed, and later runs may carry it over.

    Attributes:
        name: ``<period>/part-<digest>.parquet``, below ``shards/``.
        sha256: Of the whole file.
        row_count: Number of transcripts.
        size_bytes: Size on disk.
        prefix: The bits that the places of its rows begin with; see `clearshard.records.places`.
        weight_bytes: What its rows weigh before compression, as shards are cut by.
        word_count: Words of its redacted texts.
        redactions: Number of replacements by entity type.
        policy_digest: The policy that was in force when it was written; it stands in each row.
        content_sha256: Of what it holds, whatever its bytes; see `clearshard.vault.content`. Empty
            in records of earlier versions.
        encryption: How it is encrypted.
        key_id: The key of the folder that its own key is wrapped by; empty where it is plain.
    """

    name: str
    sha256: str
    row_count: int
    size_bytes: int
    prefix: str
    weight_bytes: int
    word_count: int
    redactions: dict[str, int]
    policy_digest: str
    content_sha256: str = ""
    encryption: str = "none"
    key_id: str = ""

    @property
    def period(self) -> str:
        """The period of its rows."""
        return self.name.partition("/")[0]

    @property
    def leaf(self) -> Leaf:
        """What lies in it."""
        return Leaf(self.period, self.prefix)


class SourceSnapshot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a table of facts was when it was read: enough to prove which export decided.

    Attributes:
        newest_exported_at: Of a registry, when its newest row was exported, RFC 3339.
        unread_columns: Columns that were there and not read, as they can be shown: a fact under
            such a name has decided nothing.
        taken_at: Of a database, of which moment all of it was read, by its own clock, RFC 3339.
    """

    sha256: str
    row_count: int
    newest_exported_at: str | None = None
    unread_columns: tuple[str, ...] = ()
    taken_at: str | None = None


class Waived(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule of the published policy that a run's policy was below, and the reason given."""

    rule: str
    reason: str


class RedactionTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was asked of redaction, as it was configured; every row of the run keeps to it.

    Attributes:
        profile: Which recognizers ran.
        operator: How a value is replaced.
        operators: The same for single entity types.
        entities: Types, or names of policies, that were looked for; None is every one but those
            that are found on request.
        keep_entities: The same, for what stays in the text.
        score_threshold: What scores less stays in the text.
        languages: Codes of the languages that were redacted; others were quarantined.
        spacy_model: The setting of an NER that read besides that of the profile.
        recognizers: The setting of a file with recognizers of one's own.
        also_entities: Types, or names of policies, that were looked for on request.
    """

    profile: str
    operator: str
    operators: dict[str, str]
    entities: tuple[str, ...] | None
    keep_entities: tuple[str, ...]
    score_threshold: float
    languages: tuple[str, ...]
    spacy_model: str | None
    recognizers: str | None
    also_entities: tuple[str, ...] = ()


class Holds(StrEnum):
    """What a file of decisions holds; its name begins with it."""

    #: Rows of a whole table.
    TABLE = "decisions"
    #: Rows that were not in the table of the run before, or not so.
    CHANGES = "changes"
    #: Which rows of the files before are in force no more.
    REPLACED = "replaced"
    #: What was known of accounts.
    ACCOUNTS = "accounts"
    #: What no file may hold, since a file that is out held it.
    WITHHELD = "withheld"


class DecisionsFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One Parquet file that the decisions of a run are read from; it is never changed.

    Attributes:
        name: ``run=<run_id>/<what it holds>-<number>.parquet``, below ``audit/decisions/``. The run
            is the one that wrote it, and later runs go on reading it.
        sha256: Of the whole file.
        row_count: Number of rows in it.
        index: SHA-256 of its index, where it has one; see `clearshard.audit.stored.index`. Empty in
            records of earlier versions: then every row is looked at.
    """

    name: str
    sha256: str
    row_count: int
    index: str = ""

    @property
    def run_id(self) -> str:
        """The run that wrote it."""
        return layout.run_of_decisions(self.name)

    @property
    def holds(self) -> Holds:
        """What is in it."""
        return Holds(self.name.partition("/")[2].partition("-")[0])


class Counts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the input files of a run ended; `reconciles` is checked before a run is visible."""

    seen: int
    written: int
    excluded: int
    quarantined: int

    @property
    def reconciles(self) -> bool:
        """Whether every input file ended as exactly one of written, excluded, quarantined."""
        return self.seen == self.written + self.excluded + self.quarantined


class Purge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a run was that has only taken files out of what the run before had written.

    Attributes:
        of: By what they were chosen: ``account``, ``file``, ``account_and_file``, ``registry``.
        before: That run, which has decided all other files.
        files: Files that it has taken out.
        withheld: How many of them only since they hold what another of them holds.
        accounts: Accounts that they are of.
        policy_digest: Of the policy that decided on them; that of the record decided the others.
    """

    of: str
    before: str
    files: int
    withheld: int
    accounts: int
    policy_digest: str


class RunRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``runs/<run_id>.json``: what makes a run visible, and what it was made from.

    Attributes:
        run_id: Name of the run; also of its folder below ``audit/decisions/``.
        as_of: The moment at which the rules were evaluated last, just before the run became
            visible, RFC 3339.
        policy_toml: The whole policy, so that a decision can be explained later.
        manifest: The manifest that decided; it was still the same just before the run became
            visible.
        registry_at_publish: The registry as it was read again just before the run became visible.
        taken_out: Files that were redacted and then taken out because of that second reading, or
            because their time had run out.
        reasons: Number of files by reason; a file with several reasons counts under each.
        alerts: Number of files by reason whose rule raises an alert.
        decisions: What its decisions are read from: a whole table, or that of an earlier run and
            all changes since; see `clearshard.audit.stored`.
        key_id: Fingerprint of the pseudonym key; two runs with the same id use the same key.
        shards: What is in force now, in the order of their places; some were written by earlier
            runs and carried over.
        superseded: Runs that this run replaces.
        redactions: Number of replacements by entity type.
        word_count: Words of the written transcripts, after redaction.
        redactor_digest: The redactor of this run. Rows that it kept from an earlier redactor carry
            the digest of that one, as their decisions do.
        promise_digest: What every row promises, whichever redactor made it; see
            `clearshard.run.fingerprint`.
        reused: Written files whose redaction was taken from an earlier run or a killed one.
        stale: Those of them that an earlier redactor made.
        target_shard_bytes: How large a shard was to be; rows alone do not say where shards end.
        row_group_bytes: The same of a row group.
        shard_period: How long the periods are that no shard holds two of: a day, month or year.
        below_published: Rules of the published policy that this one leaves out or weakens.
        below_default: By what settings less was redacted than by default, in words.
        rehearsal: Everything was judged as if `as_of` had been now: its shards are for no training.
        clock_skew_seconds: How far ahead of the clock a time could be and still be known.
        gone: Files that the run before had written and this one has not, for other reasons than
            opt-out, deletion or retention, by reason.
        meant: The same for opt-out, deletion or retention; 0 in records of earlier versions.
        files_before: Files that the run before had written; 0 in records of earlier versions.
        plugins: Recognizers of the user in Python: name, place, version and digest of each.
        drop_accepted: Whether they were said to be right, however many.
        redaction: What was asked of redaction; None in records of earlier versions.
        max_quarantined_share: More of the eligible files in quarantine were exit code 3; None as
            above.
        max_drop_share: More of the files of the run before gone would have been; None as above.
        actor: Who ran, by name, as the caller said; empty in records of earlier versions.
        host: The machine, by name; empty as above.
        purge: Set where it was a purge. Then only the files that it has taken out were decided by
            it, and tables and terms are those of the run before.
    """

    run_id: str
    clearshard_version: str
    as_of: str
    started_at: str
    finished_at: str
    policy_digest: str
    policy_toml: str
    redactor_digest: str
    manifest: SourceSnapshot
    registry: SourceSnapshot
    registry_at_publish: SourceSnapshot
    taken_out: int
    counts: Counts
    reasons: dict[str, int]
    alerts: dict[str, int]
    redactions: dict[str, int]
    word_count: int
    decisions: tuple[DecisionsFile, ...]
    shards: tuple[ShardFile, ...]
    key_id: str
    superseded: tuple[str, ...]
    promise_digest: str = ""
    reused: int = 0
    stale: int = 0
    target_shard_bytes: int = 0
    row_group_bytes: int = 0
    shard_period: str = ""
    below_published: tuple[Waived, ...] = ()
    below_default: tuple[str, ...] = ()
    rehearsal: bool = False
    clock_skew_seconds: int = 0
    gone: dict[str, int] = {}
    files_before: int = 0
    meant: int = 0
    plugins: tuple[str, ...] = ()
    drop_accepted: bool = False
    redaction: RedactionTerms | None = None
    max_quarantined_share: float | None = None
    max_drop_share: float | None = None
    actor: str = ""
    host: str = ""
    purge: Purge | None = None

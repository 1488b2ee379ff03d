"""The sections of a configuration file: what each setting may be, and what it is by default."""

from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from clearshard.config.places import (
    KMS_KEY,
    HostOverTls,
    LocalPath,
    PathBucketOrDatabase,
    PathOrBucket,
    SecureAddress,
    is_bucket,
)
from clearshard.records.facts import names_of
from clearshard.transport.databases import is_database

#: Which recognizers run: all that there are, all but the one for words in no dictionary, or those
#: that stock Presidio has switched on.
Profile = Literal["strict", "balanced", "stock"]
ShardPeriod = Literal["day", "month", "year"]
#: The form of transcripts; `auto`: each has the one whose signs it has.
Format = Literal["auto", "assemblyai", "deepgram", "whisper", "whisperx", "aws_transcribe"]
#: How files with redacted text are encrypted: as they lie on the disk, or each with AES-GCM.
Encryption = Literal["none", "aes-128", "aes-256"]
OperatorName = Literal["tag", "numbered_tag", "mask", "hash", "surrogate", "drop"]
#: Whatever is larger is a slip of the pen, and some of it more than a system call takes.
_Bytes = Annotated[int, Field(gt=0, le=2**40)]
_Words = Annotated[int, Field(gt=0, le=2**31 - 1)]
_Seconds = Annotated[float, Field(gt=0, le=1_000_000)]
_Days = Annotated[float, Field(ge=0, le=36_500)]
_Hours = Annotated[float, Field(ge=0, le=876_000)]
_Plugin = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,200}(:[A-Za-z_][A-Za-z0-9_.]{0,200})?$")]
#: No version of a transcript: each stays as it is when that changes, or is read anyway.
_READ_OF_MANIFEST = frozenset(
    ("file_id", "account_id", "transcript_uri", "content_sha256", *names_of(owner="file"))
)


class Section(BaseModel):
    """A table of a configuration file: what is unknown or of another type is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Sources(Section):
    """Where the tables of facts and the transcripts are.

    Attributes:
        manifest: File manifest: a file ``.csv``, ``.tsv``, ``.jsonl`` (these also ``.gz`` and
            ``.zst``) or ``.parquet``, a folder of such parts, or a pattern that names them.
        registry: Account registry, same formats; with a query a database: the address of one of
            PostgreSQL, ``postgresql://USER@HOST/DATABASE``, or the path of one of SQLite.
        registry_query: What a database is asked; its columns are those of a registry.
        registry_is_live: The query reads what contracts are kept in, and no copy of it: every row
            is as of the moment of the query, which has no column ``exported_at``.
        registry_timeout_seconds: A database that has not said all by then is not available.
        transcripts: The folder, or the bucket and prefix, that every ``transcript_uri`` is relative
            to and cannot leave.
        strict_columns: A column of a table that is not read is an error unless it is listed.
        ignored_columns: Names and shell patterns of columns that are known and not read. Only a
            name, and no pattern, lets a column be that is called almost as one that is read.
        timezone: Where the times of both tables are meant that have no offset, as ``UTC`` or
            ``Europe/Berlin``; None: such a time cannot be read.
        format: Whose form the transcripts have; ``auto``: each is known by its keys.
        language: Two-letter code of the language of transcripts that do not say theirs, in a form
            that leaves it out; None: nobody knows it.
        version_column: A column of the manifest whose value changes whenever the transcript does,
            as an ETag: while it stands, the transcript is not read again. None: there is none.
        reread: Which transcripts a run reads that an earlier one has read: those that have changed,
            as far as their version tells, or all.
    """

    manifest: PathOrBucket
    registry: PathBucketOrDatabase
    transcripts: PathOrBucket
    registry_query: Annotated[str, Field(pattern=r"\S", max_length=100_000)] | None = None
    registry_is_live: bool = False
    registry_timeout_seconds: Annotated[float, Field(ge=1, le=86_400)] = 600.0
    strict_columns: bool = False
    ignored_columns: tuple[str, ...] = ()
    timezone: str | None = None
    format: Format = "auto"
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] | None = None
    version_column: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    reread: Literal["changed", "all"] = "changed"

    @field_validator("version_column")
    @classmethod
    def _is_no_fact(cls, column: str | None) -> str | None:
        if column in _READ_OF_MANIFEST:
            raise ValueError(
                "is a column that is read for what it says: name one whose value changes with the "
                "transcript, such as an ETag"
            )
        return column

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, timezone: str | None) -> str | None:
        if timezone is not None:
            try:
                ZoneInfo(timezone)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                raise ValueError(
                    "no time zone of this name is known here: write UTC, or a name of the IANA "
                    "database such as Europe/Berlin"
                ) from None
        return timezone

    @model_validator(mode="after")
    def _with_a_query(self) -> Self:
        if self.registry_query is not None and is_bucket(self.registry):
            raise ValueError(
                "registry_query asks a database, and registry is in a bucket: remove the query, or "
                "name postgresql://HOST/DATABASE or a file of SQLite"
            )
        if self.registry_query is None and (is_database(self.registry) or self.registry_is_live):
            raise ValueError(
                "registry_query is required where registry is a database, and registry_is_live is "
                "said of a query: write SELECT account_id, training_permitted, baa_executed, "
                "opted_out, exported_at FROM ..."
            )
        return self


class Output(Section):
    """Where the result goes, and how large a shard is.

    Attributes:
        folder: The output folder, or the address of a bucket and a prefix in it, as in
            ``s3://BUCKET/PREFIX``; ``--out`` wins over it.
        mirror: Where the output is in a bucket: a folder of this machine that holds the same.
        target_shard_bytes: Size of the redacted rows of one shard before compression.
        row_group_bytes: The same for a row group: what a reader holds in memory to stream.
        shard_period: Files that were submitted in different periods are in different shards, so
            that what comes tonight leaves the shards of earlier ones as they are.
        encryption: How shards are encrypted, and whatever else here holds redacted text.
    """

    folder: PathOrBucket | None = None
    mirror: LocalPath | None = None
    target_shard_bytes: _Bytes = 256 * 1024 * 1024
    row_group_bytes: _Bytes = 8 * 1024 * 1024
    shard_period: ShardPeriod = "month"
    encryption: Encryption = "none"

    @property
    def bucket(self) -> str | None:
        """The address of the bucket that the output is in; None if it is in a folder."""
        return None if self.mirror is None else self.folder

    @model_validator(mode="after")
    def _with_a_mirror(self) -> Self:
        if (self.mirror is None) == (self.folder is not None and is_bucket(self.folder)):
            raise ValueError(
                "mirror is a folder of this machine that holds what is in the bucket: it is "
                "required where folder is the address of a bucket, and of no use elsewhere"
            )
        return self


class Waiver(Section):
    """A rule of the published policy that a policy of one's own is below.

    Attributes:
        rule: Its id in the published policy.
        reason: Why; kept with every run, and shown to whoever audits it.
    """

    rule: str
    reason: Annotated[str, Field(pattern=r"\S", max_length=1000)]


class PolicySource(Section):
    """The rules. Without a file, the policy that travels with the package is used.

    Attributes:
        file: A policy of one's own.
        below_published: The rules of the published policy that it leaves out or weakens: exactly
            those.
        clock_skew_seconds: How far the clocks of whoever wrote the tables may be ahead of this
            machine's: a submission or an export later than that is not known.
    """

    file: str | None = None
    below_published: tuple[Waiver, ...] = ()
    clock_skew_seconds: Annotated[int, Field(ge=0, le=3600)] = 300


class Redaction(Section):
    """How personal data is found and replaced.

    Attributes:
        spacy_model: Import name of an installed spaCy pipeline package, or a path to one, that
            reads every turn too; with the profile `stock` it alone does.
        profile: Which recognizers run besides the NER and your own; see `Profile`.
        languages: Two-letter codes that the model covers; other transcripts are quarantined.
        score_threshold: Spans below this score are not redacted.
        entities: Entity types to redact; None is every type but those that are found on request.
        also_entities: Entity types to redact besides, which are found on request alone.
        keep_entities: Entity types that stay in the text.
        recognizers: A file in Presidio's YAML form with pattern recognizers of your own.
        plugins: Recognizers in Python: ``package.module:Class``, or names of entry points in the
            group ``clearshard.recognizers``. No other that is installed is used.
        operator: How a value is replaced.
        operators: The same for single entity types.
        regex_timeout_seconds: A pattern that takes longer quarantines the file.
    """

    spacy_model: str | None = None
    profile: Profile = "strict"
    languages: tuple[str, ...] = ("en",)
    score_threshold: Annotated[float, Field(ge=0, le=1)] = 0.3
    entities: tuple[str, ...] | None = None
    also_entities: tuple[str, ...] = ()
    keep_entities: tuple[str, ...] = ()
    recognizers: str | None = None
    plugins: tuple[_Plugin, ...] = ()
    operator: OperatorName = "numbered_tag"
    operators: dict[str, OperatorName] = {}
    regex_timeout_seconds: _Seconds = 5.0

    @property
    def draws_names(self) -> bool:
        """Whether any value is replaced by an invented one."""
        return "surrogate" in {self.operator, *self.operators.values()}


class Limits(Section):
    """What a single file may cost, and how many may be quarantined.

    Attributes:
        max_transcript_bytes: Larger transcripts are quarantined as `too_large`, unread.
        max_transcript_words: The same by number of timed words.
        max_quarantined_share: Above this share of the eligible files the command exits with 3.
        max_drop_share: Of the files that the run before has written, the share that may be gone for
            other reasons than opt-out, deletion or retention. Above it nothing is published, and
            the command exits with 3.
        seconds_per_file: A worker that takes longer for one file is stopped; the file is
            quarantined as `detector_timeout`.
        worker_memory_bytes: What a worker may have, its models included; a file that needs more is
            quarantined as `detector_failed`.
    """

    max_transcript_bytes: _Bytes = 32 * 1024 * 1024
    max_transcript_words: _Words = 250_000
    max_quarantined_share: Annotated[float, Field(ge=0, le=1)] = 0.05
    max_drop_share: Annotated[float, Field(ge=0, le=1)] = 0.10
    seconds_per_file: _Seconds = 300.0
    worker_memory_bytes: Annotated[int, Field(ge=512 * 1024 * 1024, le=2**40)] = (
        2 * 1024 * 1024 * 1024
    )


class Engine(Section):
    """The cluster that ``--engine ray`` works on.

    Attributes:
        address: ``HOST:PORT`` of its head node; it wins over the environment variable
            ``RAY_ADDRESS``. None, and no variable: a cluster is started on this machine.
    """

    address: Annotated[str, Field(min_length=1, max_length=300)] | None = None


class Housekeeping(Section):
    """How long what a job leaves behind is kept.

    Attributes:
        keep_shards_hours: Shards that a newer run has replaced, for readers who began before. One
            that holds a row which may not be used any more goes at once.
        keep_checkpoints_days: Redacted work of runs that were killed; a run that becomes visible
            removes it at once.
        keep_runs_days: Records and decisions of runs that a newer one has replaced; None is for
            ever, since they are what answers why a file was used.
    """

    keep_shards_hours: _Hours = 24.0
    keep_checkpoints_days: _Days = 7.0
    keep_runs_days: _Days | None = None


class Keys(Section):
    """Secrets of 32 random bytes in hex; made on the first run, readable by their owner only.

    Attributes:
        file: The key of the pseudonyms in the shards. The environment variable ``CLEARSHARD_KEY``
            wins over it.
        signing_file: The key that the ledger is signed with (Ed25519). The environment variable
            ``CLEARSHARD_SIGNING_KEY`` wins over it.
        encryption_file: The key that wraps the keys of an encrypted output folder. The environment
            variable ``CLEARSHARD_ENCRYPTION_KEY`` wins over it.
        kms: A key of a key management service that wraps them instead, as
            ``aws-kms:arn:aws:kms:REGION:ACCOUNT:key/ID``.
    """

    file: str = "clearshard.key"
    signing_file: str = "clearshard-signing.key"
    encryption_file: str = "clearshard-encryption.key"
    kms: Annotated[str, Field(pattern=KMS_KEY)] | None = None


class Metrics(Section):
    """What a run tells Prometheus.

    Attributes:
        textfile: Written at the end of each run, also of one that failed: a file ``*.prom`` in the
            folder of node_exporter's textfile collector. Needs ``clearshard[metrics]``.
    """

    textfile: str | None = None


class Lineage(Section):
    """Where OpenLineage events go; needs ``clearshard[lineage]``.

    Attributes:
        file: One event a line is appended to it.
        url: Base address of a receiver, over TLS or on this machine; wins over the file. The
            environment variable ``OPENLINEAGE_API_KEY`` is its key.
        namespace: Of the job in the events.
        timeout_seconds: A receiver that takes longer for an event does not get it.
    """

    file: str | None = None
    url: SecureAddress | None = None
    namespace: str = "clearshard"
    timeout_seconds: _Seconds = 5.0


class Retention(Section):
    """By when artefacts must be gone.

    Attributes:
        store_lag_hours: How long the store's own TTL mechanism may take, where the published
            schedule leaves it time.
        roots: Folders, or addresses of stores, that a sweep may delete below.
        keys: How the keys below the roots are made, where no inventory is given:
            ``{account_id}/{kind}/{created_at}/{artefact_id}.*``.
        receipts: A folder for the receipts of sweeps.
        max_sweep_share: Of what lies below the roots, the share that one sweep may delete.
        confirm_hours: How long a confirmation may take in all.
        api_url: Of the transcript API that is asked whether transcripts are gone. The environment
            variable ``ASSEMBLYAI_API_KEY`` is its key.
    """

    store_lag_hours: _Hours = 72.0
    roots: tuple[str, ...] = ()
    keys: str | None = None
    receipts: LocalPath = "retention-receipts"
    max_sweep_share: Annotated[float, Field(ge=0, le=1)] = 0.5
    confirm_hours: Annotated[float, Field(gt=0, le=168)] = 6.0
    api_url: HostOverTls = "https://api.assemblyai.com"

"""The same from Python: `clearshard.run`, `redact`, `decide` and `open_shards`.

What the command does, for a program that has work of its own to do: nothing is printed or logged,
no signal handler is installed, and nothing exits. What goes wrong is one of `clearshard.errors`,
whose message holds no content; whatever else is raised within is told by its type and place alone.

Workers are processes. They are forked from one of our own that imports this package and nothing of
the program: a script needs no ``if __name__ == "__main__"`` for them, and what it is typed into may
be a prompt. Work is done one call at a time in a process: what is written is kept from others by
the umask, which all threads share.
"""

import json
import os
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from clearshard import layout
from clearshard.config import Config, MoreProblems, load_config, parse_config, redaction_defaults
from clearshard.errors import ClearshardError, ConfigError, RunFailed, unexpected
from clearshard.run import PRELOAD
from clearshard.run.asked import now, output_folder, worker_count
from clearshard.run.checked import problems_of_redaction, problems_of_run

if TYPE_CHECKING:  # these take long to import, and `import clearshard` takes none of it
    import pyarrow as pa

    from clearshard.records.run import Counts
    from clearshard.run.opened import Shards
    from clearshard.run.redact import Quarantined, Redacted

Status = Literal["done", "unchanged", "dry_run", "too_many_quarantined"]

_NAME = "clearshard"
#: Operators whose result depends on the key: with a known one, values could be tried out.
_KEYED = frozenset(("hash", "surrogate"))
_DECIDED = ["file_id", "account_id", "state", "reasons", "facts", "own_facts"]
_ONE_AT_A_TIME = threading.RLock()


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run has come to. What kept it from that is raised.

    Attributes:
        run_id: Of the run that is visible now; a dry run has one that stays invisible.
        status: ``done``; ``unchanged``: nothing had changed since that run; ``dry_run``; or
            ``too_many_quarantined``: it is visible, and somebody should look.
        exit_code: What the command would have ended with: 0, or 3 if too many are quarantined.
        message: What is to be done, if the exit code is not 0.
        counts: Files by how they ended: `seen`, `written`, `excluded`, `quarantined`.
        reasons: Files by reason; one with several counts under each.
        alerts: Those of them that a person must be told of.
        out: The output folder, for ``datasets.load_dataset``.
        shards: The Parquet files of the run, in order.
        stale: Transcripts in them that an earlier redactor redacted.
        notes: What the command would have told on the way.
        ledger_head: Hash of the newest event of the ledger, to be kept elsewhere.
    """

    run_id: str
    status: Status
    exit_code: int
    message: str | None
    counts: "Counts"
    reasons: Mapping[str, int]
    alerts: Mapping[str, int]
    out: Path
    shards: tuple[Path, ...]
    stale: int
    notes: tuple[str, ...]
    ledger_head: str | None


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions on all files of a manifest.

    Attributes:
        table: One row for each row of the manifest, in its order: `file_id`, `account_id`, `state`
            (``eligible``, ``excluded``, ``quarantined``), `reasons` (all of them), `facts`, and
            `own_facts` of the policy as JSON.
        counts: Files by state.
        reasons: Files by reason; one with several counts under each.
        policy_digest: Of the policy that decided.
        notes: What the command would have told.
    """

    table: "pa.Table"
    counts: Mapping[str, int]
    reasons: Mapping[str, int]
    policy_digest: str
    notes: tuple[str, ...]


def run(
    config: "Config | str | os.PathLike[str] | Mapping[str, Any]",
    *,
    out: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    as_of: datetime | None = None,
    replay: bool = False,
    dry_run: bool = False,
    retry_quarantined: bool = False,
    redo_stale: bool = False,
    accept_drop: bool = False,
    actor: str | None = None,
    engine: Literal["local", "ray"] = "local",
) -> RunResult:
    """Decides, redacts, writes shards and accounts for every file, as `clearshard run` does.

    An exception that something else raises in the middle, such as a scheduler that stops the task
    from a signal handler, ends the run like a signal: nothing is half visible, and the next run
    goes on with what is redacted.

    Args:
        config: A configuration, the path of its file, or what would be in it (paths are relative to
            the working folder then).
        out: The output folder; wins over the configuration.
        workers: Number of processes. Default: one a core.
        as_of: The moment to decide at. Default: now.
        replay: Rehearse: judge everything as if `as_of` were now. Only in a folder of rehearsals.
        dry_run: Do everything, leave nothing behind.
        retry_quarantined: Try files again that were quarantined before, after a fix.
        redo_stale: Redact again what an earlier model, recognizer or code redacted.
        accept_drop: Publish although more is gone than `limits.max_drop_share` allows.
        actor: Who runs, for the record and the ledger. Default: the name of the process's user.
        engine: Where the workers run: on this machine, or on the cluster of Ray that the
            configuration names.

    Returns:
        What it has come to. Look at its `exit_code`: a run of which too much is quarantined is
        visible, and its result says so.

    Raises:
        ConfigError: The configuration, or what is asked for besides, is wrong.
        SourceUnavailable: A manifest or registry cannot be used.
        RegistryStale: The registry is too old.
        RunLocked: Another run is at work in the folder.
        TooManyGone: Too much of the run before would be gone; nothing became visible.
        EngineUnavailable: The cluster cannot be reached, or has no place; nothing was written.
        IntegrityError: What is on disk is not what was recorded.
        OutputUnusable: The output folder cannot be used.
        OutputFull: The disk is full; nothing became visible.
        RunFailed: Anything else; nothing became visible.
    """
    if replay and as_of is None:
        raise ConfigError("replay", ["rehearses a moment: name it with as_of"])
    _check_workers(workers)
    if engine not in ("local", "ray"):
        raise ConfigError("engine", ['must be "local" or "ray"'])
    moment = _moment(as_of)
    with _told_safely(), _ONE_AT_A_TIME:
        from clearshard.engines.choice import Choice, prepare, reaching

        prepare(PRELOAD)
        settings, name = _config(config, problems_of_run)
        from clearshard.run.agent import this_agent
        from clearshard.run.options import RunOptions
        from clearshard.run.resume.wishes import Wishes
        from clearshard.run.told import run_and_tell

        with reaching(Choice(engine, settings.engine.address)) as chosen:
            options = RunOptions(
                out=output_folder(settings, None if out is None else _folder(out)),
                as_of=moment,
                workers=worker_count(workers),
                dry_run=dry_run,
                wishes=Wishes(retry_quarantined=retry_quarantined, redo_stale=redo_stale),
                accept_drop=accept_drop,
                replay=replay,
                engine=chosen,
                agent=this_agent(actor),
            )
            told = _Notes()
            result, excess = run_and_tell(settings, name, options, told, told.warn, now)
        record = result.record
        status: Status = "dry_run" if dry_run else "unchanged" if result.unchanged else "done"
        folder = options.out / layout.SHARDS
        return RunResult(
            run_id=record.run_id,
            status=status if excess is None else "too_many_quarantined",
            exit_code=0 if excess is None else excess.exit_code,
            message=None if excess is None else str(excess),
            counts=record.counts,
            reasons=dict(record.reasons),
            alerts=dict(record.alerts),
            out=options.out,
            shards=() if dry_run else tuple(folder / shard.name for shard in record.shards),
            stale=result.stale,
            notes=tuple(told.lines),
            ledger_head=result.ledger_head,
        )


def redact(
    transcripts: "Iterable[Mapping[str, Any] | bytes | str]",
    config: "Config | str | os.PathLike[str] | Mapping[str, Any] | None" = None,
    *,
    workers: int = 1,
) -> "Iterator[Redacted | Quarantined]":
    """Redacts transcripts, without a manifest, a gate or shards.

    Whether they may be used for anything, nobody is asked here: that is what `run` is for. Each is
    redacted with the steps, the bounds and the checks of a run, in a process of its own; one that
    is not provably safe to pass on comes out as `Quarantined`, which holds nothing of it.

    Args:
        transcripts: What AssemblyAI's transcript endpoint returns, or a form of docs/formats.md,
            each as a mapping, or as JSON in bytes or text. They are taken as they are needed.
        config: Its `redaction` and `limits` count, `sources.format` and `sources.language`, and
            `keys` for the operators `hash` and `surrogate`. Default: the default of everything. A
            mapping needs no `sources`.
        workers: Number of processes; each loads the models, which takes seconds and memory.

    Yields:
        `Redacted` or `Quarantined`, one for each, in their order.

    Raises:
        ConfigError: The configuration is wrong, or an operator needs a key and there is none.
        RunFailed: No worker can be started.
    """
    _check_workers(workers)
    with _told_safely():
        settings = _config_of_a_part(config, problems_of_redaction)
    return _redact(transcripts, settings, workers)


def open_shards(
    out: str | os.PathLike[str],
    config: Config | Mapping[str, Any] | str | os.PathLike[str] | None = None,
) -> "Shards":
    """The shards in force of an output, to train on, encrypted or not.

    Args:
        out: The output folder.
        config: Names the key that wraps those of the folder. Without it the key is in the
            environment, or in the working folder.

    Returns:
        Their paths, `dataset()` for pyarrow, and `data_key(path)` for other readers.

    Raises:
        ClearshardError: There is no output, or a key is not here.
    """
    from clearshard.run.opened import opened_shards

    with _told_safely():
        return opened_shards(Path(out), _config_of_a_part(config))


def _redact(
    transcripts: "Iterable[Mapping[str, Any] | bytes | str]", settings: Config, workers: int
) -> "Iterator[Redacted | Quarantined]":
    with _told_safely():
        from clearshard.keys import PseudonymKey, load_pseudonym_key
        from clearshard.run.redact import redact as redact_all

        key = PseudonymKey(b"\0" * 32)
        if _KEYED.intersection(
            (settings.redaction.operator, *settings.redaction.operators.values())
        ):
            key, _ = load_pseudonym_key(settings, create=False)
        results = redact_all(settings, _contents(transcripts), key, workers)
    try:
        while True:
            # What the caller raises while it has a result in hand is not ours to tell.
            with _told_safely():
                result = next(results, None)
            if result is None:
                return
            yield result
    finally:
        results.close()


def decide(
    manifest: "pa.Table | str | os.PathLike[str]",
    registry: "pa.Table | str | os.PathLike[str]",
    policy: str | os.PathLike[str] | None = None,
    *,
    config: "Config | str | os.PathLike[str] | Mapping[str, Any] | None" = None,
    as_of: datetime | None = None,
) -> Decided:
    """Decides which files may be used, as `clearshard gate` does. Opens no transcript.

    Args:
        manifest: The file manifest: a pyarrow table, or a path as in `sources.manifest`.
        registry: The account registry, likewise.
        policy: The path of a policy. Default: that of the configuration, or the published one.
        config: Its `policy` and the settings of `sources` about columns and times count; a mapping
            needs no paths in `sources`.
        as_of: The moment to decide at. Default: now.

    Returns:
        The decisions, with every reason that applies.

    Raises:
        ConfigError: The configuration or the policy is wrong.
        SourceUnavailable: A table cannot be used.
        RegistryStale: The registry is too old.
    """
    settings = _config_of_a_part(config)
    moment = _moment(as_of)
    with (
        _told_safely(),
        _ONE_AT_A_TIME,
        _scratch() as folder,
    ):
        import pyarrow as pa

        from clearshard.records.schemas import DECISION_SCHEMA
        from clearshard.run.accepted import accept
        from clearshard.run.decide import decide as decide_all

        sources = settings.sources.model_copy(
            update={
                "manifest": _table(manifest, folder / "manifest.parquet"),
                "registry": _table(registry, folder / "registry.parquet"),
                "registry_query": None,
                "registry_is_live": False,
            }
        )
        rules = settings.policy
        if policy is not None:
            rules = rules.model_copy(update={"file": str(Path(policy).absolute())})
        settings = settings.model_copy(update={"sources": sources, "policy": rules})
        told = accept(settings).told
        kept = _Batches()
        numbers = decide_all(settings, moment, None, sink=kept)
        decisions = pa.Table.from_batches(kept.batches, DECISION_SCHEMA)
        return Decided(
            table=decisions.select(_DECIDED),
            counts={
                "eligible": numbers.eligible,
                "excluded": numbers.excluded,
                "quarantined": numbers.quarantined,
            },
            reasons=dict(numbers.reasons),
            policy_digest=numbers.policy_digest,
            notes=(*told, *numbers.notes),
        )


class _Notes:
    """A progress that keeps what a person should know, and shows nothing."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def decided(self, seen: int, eligible: int, excluded: int, quarantined: int) -> None:
        """The result has the counts."""

    def redacted(self, written: int, quarantined: int, deleted: int, words: int) -> None:
        """The result has the counts."""

    def finishing(self) -> None:
        """Nobody is waiting at a terminal."""

    def note(self, message: str) -> None:
        """Keeps it."""
        self.lines.append(message)

    def warn(self, _: str, message: str) -> None:
        """Keeps it."""
        self.lines.append(message)


@dataclass(frozen=True, slots=True)
class _Batches:
    batches: "list[pa.RecordBatch]" = field(default_factory=list)

    def write(self, decisions: "pa.RecordBatch") -> None:
        self.batches.append(decisions)


@contextmanager
def _told_safely() -> Iterator[None]:
    """Lets no exception out whose message could quote its input, in a scheduler's log, say."""
    try:
        yield
    except ClearshardError:
        raise
    except _OfCaller as caught:
        raise caught.error from None
    except Exception as error:  # noqa: BLE001 - of whatever kind, its message may quote
        raise RunFailed(unexpected(error)) from None


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="clearshard-") as folder:
        yield Path(folder)


def _config(
    config: "Config | str | os.PathLike[str] | Mapping[str, Any]", more: MoreProblems | None
) -> tuple[Config, str]:
    """A configuration, and what to call the job."""
    if isinstance(config, Config):
        if more is not None and (problems := more(config)):
            raise ConfigError("configuration", problems)
        return config, _NAME
    if isinstance(config, Mapping):
        return parse_config(config, Path.cwd(), "configuration", more), _NAME
    path = Path(config)
    return load_config(path, more), path.stem


def _config_of_a_part(
    config: "Config | str | os.PathLike[str] | Mapping[str, Any] | None",
    more: MoreProblems | None = None,
) -> Config:
    """A configuration of which the sources do not count, or not all of them."""
    if config is None:
        return redaction_defaults()
    if isinstance(config, Mapping):
        nowhere = {"manifest": "", "registry": "", "transcripts": ""}
        given = config.get("sources", {})
        config = {
            **config,
            "sources": {**nowhere, **given} if isinstance(given, Mapping) else given,
        }
    return _config(config, more)[0]


class _OfCaller(Exception):
    """What the caller's own iterator has raised."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


def _contents(transcripts: "Iterable[Mapping[str, Any] | bytes | str]") -> Iterator[bytes]:
    source = iter(transcripts)
    while True:
        try:
            transcript = next(source)
        except StopIteration:
            return
        except Exception as error:  # noqa: BLE001 - the caller's own: given back to it as it is
            raise _OfCaller(error) from None
        match transcript:
            case bytes():
                yield transcript
            case str():
                yield transcript.encode("utf-8", "surrogatepass")
            case _:
                yield _encoded(transcript)


def _encoded(transcript: object) -> bytes:
    """A transcript as JSON; what is none becomes what no transcript is, and is quarantined."""
    try:
        return json.dumps(transcript, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError):
        return b"not JSON"


def _table(table: "pa.Table | str | os.PathLike[str]", path: Path) -> str:
    """A path of a table."""
    if isinstance(table, str | os.PathLike):
        return str(Path(table).absolute())
    from clearshard.sources.memory import write_table

    write_table(table, path)
    return str(path)


def _folder(out: str | os.PathLike[str]) -> Path:
    from clearshard.config import require_no_address

    try:
        return Path(require_no_address(os.fspath(out)))
    except ValueError as error:
        raise ConfigError("out", [f"{os.fspath(out)} → {error}"]) from None


def _moment(as_of: datetime | None) -> datetime:
    if as_of is None:
        return now()
    if as_of.tzinfo is None:
        raise ConfigError("as_of", ["has no time zone; give it one, such as datetime.UTC"])
    return as_of.astimezone(UTC)


def _check_workers(workers: int | None) -> None:
    if workers is not None and not 1 <= workers <= 1024:
        raise ConfigError("workers", ["must be from 1 to 1024"])

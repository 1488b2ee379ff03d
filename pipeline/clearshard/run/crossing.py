"""How the work of a run crosses to other machines: references and codes, as declared forms.

What crosses names files: it holds no transcript but the records of containers, which one process
reads for all (docs/decisions/0004-one-process-opens-containers.md), and no key. Whoever works there
reads the transcripts from the same folder or bucket, has the pseudonym key itself, opens the keys
of an encrypted output itself, and puts its checkpoints where those of the run are.
"""

from functools import partial
from pathlib import Path

import msgspec

from clearshard.config import Config
from clearshard.engines.engine import Job, Served, Wire
from clearshard.errors import ConfigError, RunFailed
from clearshard.keys import load_pseudonym_key
from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.records.tasks import FileTask, Row, StagedObject, WorkUnit
from clearshard.run import PRELOAD
from clearshard.run.assigned import UnitResult, WorkSettings, give_up, make_work, read_content
from clearshard.run.contents import contents_of
from clearshard.run.located import InFolder, transcripts_of
from clearshard.run.units import split
from clearshard.shards.staging import Seal
from clearshard.vault.opening import open_to_read
from clearshard.vault.vault import PLAIN, Vault

_Refused = tuple[tuple[Row, QuarantineReason, str], ...]


class _Told(msgspec.Struct, frozen=True):
    """What the job is made of on another machine.

    Attributes:
        config: Of the run, as JSON, without its base.
        base: The folder that its relative paths start from.
        root: The output folder.
        checkpoints: Where what has been made is put.
        key_id: Of the key of an encrypted output that what is made hangs on, or empty.
    """

    config: str
    base: str
    root: str
    checkpoints: str
    key_id: str
    redactor_digest: str
    promise_digest: str


class _Unit(msgspec.Struct, frozen=True, array_like=True):
    """A `WorkUnit`."""

    tasks: tuple[FileTask, ...]
    known: _Refused


class _Result(msgspec.Struct, frozen=True, array_like=True):
    """A `UnitResult`; its contents are by row, since a row is no key of a map here."""

    written: tuple[Row, ...]
    quarantined: _Refused
    staged: StagedObject | None
    word_count: int
    contents: tuple[tuple[Row, str], ...]
    deleted: tuple[Row, ...]


def job_of(settings: WorkSettings, root: Path) -> Job[WorkUnit, UnitResult]:
    """The work of a run, for this machine or for others.

    Args:
        settings: What a worker is told.
        root: The output folder.
    """
    return _job(settings, _wire(settings, root))


def serve(told: bytes) -> Served[WorkUnit, UnitResult]:
    """The same job on another machine, from what crossed.

    Raises:
        ConfigError: A key is not here.
        RunFailed: The folders of the run are not here.
    """
    what = msgspec.msgpack.decode(told, type=_Told)
    config = Config.model_validate_json(what.config).model_copy(update={"base": Path(what.base)})
    checkpoints, root = Path(what.checkpoints), Path(what.root)
    transcripts = transcripts_of(config)
    folders = {"the output": checkpoints}
    if isinstance(transcripts, InFolder):
        folders["sources.transcripts"] = transcripts.root
    for name, folder in folders.items():
        if not folder.is_dir():
            raise RunFailed(
                f"A node of the cluster has no folder {folder}, which {name} needs. The folders of "
                "a run must be shared, and mounted on every node at the same path."
            )
    key, _ = load_pseudonym_key(config, create=False)
    vault = _vault(config, root, what.key_id)
    seal = Seal(vault, key, what.redactor_digest, what.promise_digest)
    job = _job(WorkSettings(config, checkpoints, seal), None)
    fetching = contents_of(transcripts, config.limits.max_transcript_bytes)
    # For as long as this process works for the run.
    contents = fetching.__enter__()
    return Served(job, unpack_unit, pack_result, lambda unit: next(contents([unit])))


def _job(
    settings: WorkSettings, wire: Wire[WorkUnit, UnitResult] | None
) -> Job[WorkUnit, UnitResult]:
    limits = settings.config.limits
    return Job(
        make_work,
        (settings,),
        split,
        partial(give_up, settings),
        limits.seconds_per_file,
        limits.worker_memory_bytes,
        PRELOAD,
        wire,
    )


def _wire(settings: WorkSettings, root: Path) -> Wire[WorkUnit, UnitResult]:
    config, seal = settings.config, settings.seal
    told = _Told(
        config=config.model_dump_json(),
        base=str(config.base.absolute()),
        root=str(root),
        checkpoints=str(settings.checkpoints),
        key_id=seal.vault.key_id,
        redactor_digest=seal.redactor_digest,
        promise_digest=seal.promise_digest,
    )
    return Wire(
        there=f"{serve.__module__}:{serve.__name__}",
        told=msgspec.msgpack.encode(told),
        secret=seal.key.secret,
        key_file=str(config.path(config.keys.file)),
        key_id=seal.key.key_id,
        pack=pack_unit,
        unpack=partial(_accepted, settings),
    )


def _vault(config: Config, root: Path, key_id: str) -> Vault:
    """What writes there as the run does here; no key of an output crosses."""
    if not key_id:
        return PLAIN
    # The run that leads has taken out of the file what is destroyed.
    keys = open_to_read(root, config, frozenset).keys
    if key_id not in keys:
        problem = (
            f"keys → a node of the cluster cannot unwrap key {key_id} of {root}: give it "
            "CLEARSHARD_ENCRYPTION_KEY, or the rights to ask keys.kms"
        )
        raise ConfigError("configuration", [problem])
    return Vault(config.output.encryption, keys[key_id], keys)


def _accepted(settings: WorkSettings, unit: WorkUnit, packed: bytes) -> UnitResult:
    """The result of a unit, if what it says is true on this machine.

    Raises:
        RunFailed: The other machine has other folders than this one.
    """
    result = unpack_result(packed)
    staged = result.staged
    if staged is not None and not (settings.checkpoints / staged.name).is_file():
        raise RunFailed(
            f"A node of the cluster has put a checkpoint into {settings.checkpoints}, and it is "
            "not there on this machine: the folder is not shared. Nothing became visible."
        )
    tasks = {task.row: task for task in unit.tasks}
    for row, problem in result.quarantined:
        if problem.reason is QuarantineReason.MISSING and _is_here(tasks.get(row), settings):
            raise RunFailed(
                "A node of the cluster does not find a transcript that is there on this machine: "
                "sources.transcripts is not the same folder on both. Nothing became visible."
            )
    return result


def _is_here(task: FileTask | None, settings: WorkSettings) -> bool:
    """Whether a transcript can be found on this machine; one without a place is not looked for."""
    if task is None:
        return False
    try:
        read_content(task, settings.config)
    except Quarantine as problem:
        return problem.reason is not QuarantineReason.MISSING
    return True


def pack_unit(unit: WorkUnit) -> bytes:
    """A unit as bytes."""
    return msgspec.msgpack.encode(_Unit(unit.tasks, _refused(unit.known)))


def unpack_unit(packed: bytes) -> WorkUnit:
    """The unit again; raises `msgspec.MsgspecError` if it is none."""
    unit = msgspec.msgpack.decode(packed, type=_Unit)
    return WorkUnit(unit.tasks, _quarantined(unit.known))


def pack_result(result: UnitResult) -> bytes:
    """A result as bytes."""
    return msgspec.msgpack.encode(
        _Result(
            result.written,
            _refused(result.quarantined),
            result.staged,
            result.word_count,
            tuple(result.contents.items()),
            result.deleted,
        )
    )


def unpack_result(packed: bytes) -> UnitResult:
    """The result again; raises `msgspec.MsgspecError` if it is none."""
    result = msgspec.msgpack.decode(packed, type=_Result)
    return UnitResult(
        result.written,
        _quarantined(result.quarantined),
        result.staged,
        result.word_count,
        dict(result.contents),
        result.deleted,
    )


def _refused(known: tuple[tuple[Row, Quarantine], ...]) -> _Refused:
    return tuple((row, problem.reason, problem.error_type) for row, problem in known)


def _quarantined(refused: _Refused) -> tuple[tuple[Row, Quarantine], ...]:
    return tuple((row, Quarantine(reason, kind)) for row, reason, kind in refused)

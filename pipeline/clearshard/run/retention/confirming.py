"""`clearshard retention confirm`: which transcripts should be gone, and are they?"""

import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from clearshard.audit.events import EventName
from clearshard.config import Config
from clearshard.errors import ConfigError, IntegrityError
from clearshard.keys import api_key
from clearshard.lifecycle.confirmation.client import Api
from clearshard.lifecycle.confirmation.record import Confirmation, encode
from clearshard.lifecycle.confirmation.verdict import confirm
from clearshard.lifecycle.retention.receipts import MAX_BYTES, Outcome, decode, is_of, is_receipt
from clearshard.records.times import utc_text
from clearshard.run.agent import Agent
from clearshard.run.journal import Journal
from clearshard.run.retention.telling import told_of
from clearshard.storage.failures import output_errors
from clearshard.storage.local import LocalStore
from clearshard.transport.contexts import client_context
from clearshard.transport.profiles import ASYNCHRONOUS

_VERSION = 2

#: The one kind of artefact that is a transcript; another one may go before its transcript does.
_TRANSCRIPT = "final_transcript"


@dataclass(slots=True)
class Deleted:
    """What the receipts of a job say is deleted.

    Attributes:
        transcripts: Ids of transcripts, each once.
        others: Receipts of other jobs in the same folder, which are not asked about.
        not_in_ledger: Receipts that the ledger was not told of yet: nobody can say whether they
            are what was written. All, where there is no ledger.
    """

    transcripts: dict[str, None] = field(default_factory=dict)
    others: int = 0
    not_in_ledger: int = 0


def deleted_transcripts(receipts: Path, journal: Journal | None) -> Deleted:
    """What the receipts say is deleted, as the ledger knows them.

    Raises:
        ConfigError: There is no folder of receipts.
        IntegrityError: A receipt is not what a sweep wrote, or the ledger knows one that is not
            there: what it named would not be asked for.
    """
    if not receipts.is_dir():
        problem = f"retention.receipts → {receipts} is not there: nothing was swept. Name ids"
        raise ConfigError("configuration", [problem])
    told = {} if journal is None else told_of(journal, EventName.RETENTION_SWEPT)
    origin = None if journal is None else journal.origin
    deleted, missing = Deleted(), dict(told)
    store = LocalStore(receipts)
    for one in store.list_below():
        if not is_receipt(one.key):
            continue
        data = store.read(one.key, MAX_BYTES).data
        sha256 = missing.pop(one.key, None)
        if sha256 is not None and sha256 != hashlib.sha256(data).hexdigest():
            raise IntegrityError(
                f"{receipts / one.key} is not what the ledger was told of: it was edited. Restore "
                "it from a backup."
            )
        receipt = decode(data, one.key)
        if not is_of(receipt, origin):
            deleted.others += 1
            continue
        deleted.not_in_ledger += sha256 is None
        for entry in receipt.artefacts:
            if entry.outcome is Outcome.DELETED and entry.kind == _TRANSCRIPT:
                deleted.transcripts[entry.transcript_id or entry.artefact_id] = None
    if missing:
        raise IntegrityError(
            f"{len(missing):,} receipts that the ledger was told of are not in {receipts}, the "
            f"first {min(missing)}. Restore them from a backup, or mend retention.receipts."
        )
    return deleted


def confirm_gone(
    config: Config,
    transcript_ids: Sequence[str],
    present: Sequence[str],
    ledger: str | None,
    agent: Agent,
    clock: Callable[[], datetime],
) -> Confirmation:
    """Asks the API of a configuration whether transcripts are gone, and keeps what it says.

    Args:
        config: Names the API, and the folder of receipts.
        transcript_ids: Those that should be.
        present: Those that are known to be there.
        ledger: See `Confirmation.ledger`.
        agent: Who asks.
        clock: Says what time it is, with an offset.

    Raises:
        ConfigError: There is no key in the environment.
        OutputUnusable: What was found cannot be kept.
    """
    key = api_key()
    begun = clock()
    url = config.retention.api_url
    seconds = config.retention.confirm_hours * 3600
    with Api(url, key, client_context(ASYNCHRONOUS), time.sleep, clock, seconds) as api:
        found = confirm(api, transcript_ids, present)
    confirmation = Confirmation(
        version=_VERSION,
        name=f"{begun:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
        begun_at=utc_text(begun),
        finished_at=utc_text(clock()),
        api_url=url,
        control=tuple(present),
        control_failed=found.control_failed,
        actor=agent.actor,
        host=agent.host,
        transcripts=found.transcripts,
        ledger=ledger,
    )
    folder = config.path(config.retention.receipts)
    with output_errors(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for part in confirmation.in_parts():
        LocalStore(folder).put_if_absent(part.key, encode(part))
    return confirmation

"""`clearshard retention confirm`: which transcripts should be gone, and are they?"""

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from clearshard.config import Config
from clearshard.errors import ConfigError
from clearshard.keys import api_key
from clearshard.lifecycle.confirmation.client import Api
from clearshard.lifecycle.confirmation.record import Confirmation, encode
from clearshard.lifecycle.confirmation.tls import published_context
from clearshard.lifecycle.confirmation.verdict import confirm
from clearshard.lifecycle.retention.receipts import MAX_BYTES, Outcome, decode, is_receipt
from clearshard.records.times import utc_text
from clearshard.run.agent import Agent
from clearshard.storage.failures import output_errors
from clearshard.storage.local import LocalStore

_VERSION = 1

#: The one kind of artefact that is a transcript; another one may go before its transcript does.
_TRANSCRIPT = "final_transcript"


def transcripts_of(receipts: Path) -> Iterator[str]:
    """The transcripts that receipts say are deleted; one can come twice.

    Raises:
        ConfigError: There is no folder of receipts.
        IntegrityError: A receipt is not what a sweep wrote.
    """
    if not receipts.is_dir():
        problem = f"retention.receipts → {receipts} is not there: nothing was swept. Name ids"
        raise ConfigError("configuration", [problem])
    store = LocalStore(receipts)
    for one in store.list_below():
        if is_receipt(one.key):
            for entry in decode(store.read(one.key, MAX_BYTES).data, one.key).artefacts:
                if entry.outcome is Outcome.DELETED and entry.kind == _TRANSCRIPT:
                    yield entry.transcript_id or entry.artefact_id


def confirm_gone(
    config: Config,
    transcript_ids: Sequence[str],
    present: Sequence[str],
    agent: Agent,
    clock: Callable[[], datetime],
) -> Confirmation:
    """Asks the API of a configuration whether transcripts are gone, and keeps what it says.

    Args:
        config: Names the API, and the folder of receipts.
        transcript_ids: Those that should be.
        present: Those that are known to be there.
        agent: Who asks.
        clock: Says what time it is, with an offset.

    Raises:
        ConfigError: There is no key in the environment.
        OutputUnusable: What was found cannot be kept.
    """
    key = api_key()
    begun = clock()
    url = config.retention.api_url
    with Api(url, key, published_context(), time.sleep, clock) as api:
        found = confirm(api, transcript_ids, present)
    confirmation = Confirmation(
        version=_VERSION,
        name=f"{begun:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
        begun_at=utc_text(begun),
        finished_at=utc_text(clock()),
        api_url=url,
        control=tuple(present),
        actor=agent.actor,
        host=agent.host,
        transcripts=tuple(found),
    )
    folder = config.path(config.retention.receipts)
    with output_errors(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    LocalStore(folder).put_if_absent(confirmation.key, encode(confirmation))
    return confirmation

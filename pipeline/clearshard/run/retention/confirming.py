"""`clearshard retention confirm`: which transcripts should be gone, and are they?"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from clearshard.config import Config
from clearshard.errors import ConfigError
from clearshard.keys import api_key
from clearshard.lifecycle.confirmation.client import Api
from clearshard.lifecycle.confirmation.tls import published_context
from clearshard.lifecycle.confirmation.verdict import Confirmed, confirm
from clearshard.lifecycle.retention.receipts import MAX_BYTES, Outcome, decode, is_receipt
from clearshard.storage.local import LocalStore

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
    now: Callable[[], datetime],
    sleep: Callable[[float], None] = time.sleep,
) -> list[Confirmed]:
    """Asks the API of a configuration whether transcripts are gone.

    Args:
        config: Names the API.
        transcript_ids: Those that should be.
        present: Those that are known to be there.
        now: Says what time it is, with an offset.
        sleep: Waits so many seconds.

    Raises:
        ConfigError: There is no key in the environment.
    """
    key = api_key()
    with Api(config.retention.api_url, key, published_context(), sleep, now) as api:
        return confirm(api, transcript_ids, present)

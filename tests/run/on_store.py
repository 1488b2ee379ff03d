"""Operations of a commit on a store alone, without a folder beside it."""

from typing import Any

from clearshard.audit.ledger.in_store import LedgerRead, append_to, read_ledger
from clearshard.audit.signing import Signer
from clearshard.run.output.operations import on_store
from clearshard.run.output.steps import Append, Look, Operation, Seen
from clearshard.storage.store import Store


class OnStore:
    """Carries out operations on a store, the ledger in it as one object."""

    def __init__(self, store: Store, signer: Signer) -> None:
        self._store = store
        self._signer = signer

    def __call__(self, operation: Operation) -> Any:
        match operation:
            case Look():
                read = read_ledger(self._store)
                return Seen(read.events, read)
            case Append(seen, said):
                assert isinstance(seen.mark, LedgerRead)
                return append_to(self._store, seen.mark, self._signer, said) is not None
            case _:
                return on_store(self._store, operation)

"""What tests of `retention sweep` share: a store with something due in it, and a way to kill."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clearshard.audit.events import EventName
from clearshard.audit.ledger import Ledger
from clearshard.cli.entry import _exit_code
from clearshard.lifecycle.retention.receipts import Receipt, decode, is_begun, is_receipt
from clearshard.storage.local import LocalStore

from ..audit.building import Output
from .keeping import AS_OF, DAY, ONE_OF_EACH, THEN, Keeping

ROOTS = '[retention]\nroots = ["kept"]\n'
DUE = ("begun", "late", "too-late", "asked-for")


def run(*arguments: object) -> int:
    return _exit_code([str(argument) for argument in arguments])


def stored(kept: Keeping, key: str, content: bytes = b"what was said") -> Path:
    path = kept.store / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def each_of(kept: Keeping) -> Path:
    """An inventory with one artefact of each state, all of them there."""
    rows = [{**row, "uri": f"{row['artefact_id']}.json"} for row in ONE_OF_EACH]
    for row in rows:
        stored(kept, row["uri"], row["artefact_id"].encode())
    return kept.inventory(rows)


def sweep(kept: Keeping, inventory: Path, *more: object) -> int:
    return run("retention", "sweep", inventory, "--config", kept.config, *THEN, *more)


def answer_of(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return result


def receipts_of(kept: Keeping) -> dict[str, Receipt]:
    folder = kept.folder / "retention-receipts"
    if not folder.exists():
        return {}
    assert not [path.name for path in folder.iterdir() if is_begun(path.name)]
    return {
        path.name: decode(path.read_bytes(), path.name)
        for path in sorted(folder.iterdir())
        if is_receipt(path.name)
    }


def names(kept: Keeping) -> set[str]:
    return {path.stem for path in kept.store.rglob("*.json")}


def overdue(uri: str | None, **more: Any) -> dict[str, Any]:
    return {"account_id": "short", "created_at": AS_OF - 9 * DAY, "uri": uri, **more}


def told(output: Output) -> Counter[str]:
    """How often the ledger was told of each receipt, with the digest that it has."""
    found: Counter[str] = Counter()
    for event in Ledger(output.out / "audit" / "ledger.jsonl").read():
        if event.event == EventName.RETENTION_SWEPT:
            for name, sha256 in event.data["receipts"].items():
                path = output.out.parent / "retention-receipts" / name
                assert sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
                found[name] += 1
    return found


class Killed(BaseException):
    """As if the process were gone: nothing after it is done."""


def dying(monkeypatch: pytest.MonkeyPatch, after: int) -> Iterator[int]:
    """Lets so many calls that change anything happen, and then none; counts them."""
    left = [after]
    for name in ("put_if_absent", "delete", "delete_if_unchanged"):
        do = getattr(LocalStore, name)

        def counted(*arguments: Any, do: Any = do) -> Any:
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            return do(*arguments)

        monkeypatch.setattr(LocalStore, name, counted)
    append = Ledger.append

    def appended(*arguments: Any, **more: Any) -> Any:
        if left[0] == 0:
            raise Killed
        left[0] -= 1
        return append(*arguments, **more)

    monkeypatch.setattr(Ledger, "append", appended)
    yield left[0]

"""A sweep that is killed, again and again: all that is due goes, and each has one receipt."""

import hashlib
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from clearshard.audit.events import EventName
from clearshard.audit.ledger import Ledger
from clearshard.cli.entry import _exit_code
from clearshard.lifecycle.retention.receipts import Outcome, decode, is_begun, is_receipt

from ..audit.building import Output, Row
from ..audit.signers import SECRET
from ..cli.keeping import AS_OF, DAY, THEN, keeping

SEED = int(os.environ.get("SOAK_SEED", "1"))
ARTEFACTS = 60_000
KILLS = 200


@pytest.mark.soak
def test_two_hundred_kills_of_a_sweep_lose_no_receipt(
    tmp_path: Path, tell: Callable[[str], None]
) -> None:
    kept = keeping(tmp_path)
    output = Output(tmp_path / "out")
    output.publish("a", [Row("f")])
    key = tmp_path / "clearshard-signing.key"
    key.write_text(SECRET.hex())
    key.chmod(0o600)
    kept.configure('[output]\nfolder = "out"\n[retention]\nroots = ["kept"]\n')
    due = {str(number) for number in range(ARTEFACTS) if number % 3}
    rows = []
    for name in map(str, range(ARTEFACTS)):
        (kept.store / f"{name}.json").write_text(name)
        account = "short" if name in due else "plain"
        row = {"artefact_id": name, "account_id": account, "created_at": AS_OF - 9 * DAY}
        rows.append({**row, "uri": f"{name}.json"})
    inventory = kept.inventory(rows)
    words = ("retention", "sweep", inventory, "--config", kept.config, *THEN, "--execute")
    command = [sys.executable, "-m", "clearshard", *map(str, words)]
    dice, kills = random.Random(SEED), 0
    while kills < KILLS:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            assert process.wait(dice.uniform(1.0, 3.5)) == 0
            break  # there is nothing left to do
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
    left = len(list(kept.store.glob("*.json")))
    assert subprocess.run(command, stdout=subprocess.DEVNULL).returncode == 0

    gone: Counter[str] = Counter()
    settled = 0
    receipts = {
        path.name: path.read_bytes() for path in (tmp_path / "retention-receipts").iterdir()
    }
    assert not any(map(is_begun, receipts))
    whole = {name: data for name, data in receipts.items() if is_receipt(name)}
    for name, data in whole.items():
        receipt = decode(data, name)
        settled += receipt.settled
        for entry in receipt.artefacts:
            assert entry.sha256 == hashlib.sha256(entry.artefact_id.encode()).hexdigest()
            gone[entry.artefact_id] += entry.outcome is Outcome.DELETED
    assert gone == Counter(due)
    assert {path.stem for path in kept.store.glob("*.json")} == {
        str(number) for number in range(ARTEFACTS)
    } - due
    told: dict[str, str] = {}
    for event in Ledger(output.out / "audit" / "ledger.jsonl").read():
        if event.event == EventName.RETENTION_SWEPT:
            assert not told.keys() & event.data["receipts"].keys()
            told |= event.data["receipts"]
    assert told == {name: hashlib.sha256(data).hexdigest() for name, data in whole.items()}
    assert _exit_code(["audit", "verify", "--out", str(output.out)]) == 0
    tell(
        f"{kills} kills, {left:,} artefacts left before the last sweep, {settled} settled receipts"
    )

from pathlib import Path

import pytest

from clearshard.audit.ledger import Ledger

from ..signers import SIGNER


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "audit" / "ledger.jsonl", SIGNER)

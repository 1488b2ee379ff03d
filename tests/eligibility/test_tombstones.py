"""What was purged is out, in every spelling, whatever else is known of it."""

import numpy as np
import pytest

from clearshard.eligibility.accounts import index_accounts
from clearshard.eligibility.gate import Gate
from clearshard.eligibility.tombstones import NO_TOMBSTONES, Tombstones

from .tables import DEFAULT, NOW, manifest, registry


def reasons(tombstones: Tombstones, **file: object) -> list[str]:
    accounts = index_accounts(registry([{"account_id": "acct-1"}]))
    gate = Gate(DEFAULT, accounts, NOW, tombstones)
    decided = gate.decide(manifest([{"file_id": "file-1", "account_id": "acct-1", **file}]))
    [found] = gate.reason_lists(decided.reason_bits).to_pylist()
    return list(found)


def test_nothing_was_purged() -> None:
    assert reasons(NO_TOMBSTONES) == []


@pytest.mark.parametrize("spelled", ["file-1", "FILE-1", " file-1", "file\u20101", "fi\u200ble-1"])
def test_a_file_is_out_in_every_spelling(spelled: str) -> None:
    assert reasons(Tombstones.of(files=["file-1"]), file_id=spelled) == ["deletion_requested"]
    assert reasons(Tombstones.of(files=[spelled])) == ["deletion_requested"]


@pytest.mark.parametrize("spelled", ["acct-1", "Acct-1", "acct\u00ad-1"])
def test_an_account_is_out_in_every_spelling(spelled: str) -> None:
    assert reasons(Tombstones.of(accounts=[spelled])) == ["deletion_requested"]


def test_others_are_not() -> None:
    assert reasons(Tombstones.of(["acct-2"], ["file-2", "acct-1"])) == []
    assert reasons(Tombstones.of(["file-1"], [])) == []


def test_other_reasons_stay() -> None:
    found = reasons(Tombstones.of(files=["file-1"]), region="eu")
    assert sorted(found) == ["deletion_requested", "eu_server"]


def test_nobody_is_named_by_an_id_that_is_not_known() -> None:
    empty = manifest([{"file_id": None, "account_id": None}])
    assert not np.any(Tombstones.of([""], [""]).name(empty))

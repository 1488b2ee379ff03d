"""A new key signs once an event has let it in that the old one has signed, and not before."""

from pathlib import Path

import pytest

from clearshard.audit.events import EventName
from clearshard.audit.ledger import Ledger
from clearshard.audit.ledger.appending import Said
from clearshard.audit.ledger.content import events_of, with_event
from clearshard.errors import IntegrityError

from ..signers import OTHER, SIGNER
from .making import AT, NOW, fill, lines_of, path_of, rehashed, rewrite, signed_by, write_head

DATA = {"key": OTHER.public_key}


@pytest.fixture
def changed(ledger: Ledger, tmp_path: Path) -> Ledger:
    """A ledger of two keys, to be written on with the second."""
    fill(ledger, 2)
    ledger.append(EventName.SIGNING_KEY_CHANGED, "", NOW, DATA)
    after = Ledger(path_of(tmp_path), OTHER)
    fill(after, 2)
    return after


def test_both_have_signed_and_all_is_well(changed: Ledger, tmp_path: Path) -> None:
    assert changed.check() == []
    for known in (SIGNER, OTHER):
        assert changed.check(public_key=known.public_key) == []
    [fault] = changed.check(public_key="0" * 64)
    assert (fault.location, "somebody else" in fault.message) == (f"{AT}:1", True)
    assert [event.key for event in changed.read()] == [
        *[SIGNER.public_key] * 3,
        *[OTHER.public_key] * 2,
    ]
    assert len(events_of(path_of(tmp_path).read_bytes())) == 5
    changed.append("run_started", "r", NOW)
    assert changed.check() == []


def test_the_old_one_signs_no_more_and_another_not_yet(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger, 2)
    with pytest.raises(IntegrityError, match="Use the signing key of the folder"):
        Ledger(path_of(tmp_path), OTHER).append("run_started", "r", NOW)
    ledger.append(EventName.SIGNING_KEY_CHANGED, "", NOW, DATA)
    with pytest.raises(IntegrityError, match=f"signed by key {OTHER.public_key[:16]}"):
        ledger.append("run_started", "r", NOW)
    content, said = path_of(tmp_path).read_bytes(), Said("run_started", "r", NOW, {})
    with pytest.raises(IntegrityError, match=f"signed by key {OTHER.public_key[:16]}"):
        with_event(content, SIGNER, said)
    assert len(events_of(with_event(content, OTHER, said))) == 4


def test_nobody_lets_himself_in(ledger: Ledger, tmp_path: Path) -> None:
    """Who has not the key writes the change with a signature of his own, and signs what follows."""
    fill(ledger, 2)
    ledger.append(EventName.SIGNING_KEY_CHANGED, "", NOW, DATA)
    fill(Ledger(path_of(tmp_path), OTHER), 1)
    lines = lines_of(tmp_path)
    event = rehashed(lines[2])
    for forged in (
        event.replace(lines[2][-129:-2], b"0" * 127),  # signed by nobody
        signed_by(OTHER, event),  # by himself
    ):
        rewrite(tmp_path, [*lines[:2], forged, lines[3]])
        write_head(tmp_path, lines[3])
        reader = Ledger(path_of(tmp_path))
        assert [fault.location for fault in reader.check()][:1] == [f"{AT}:3"]
        with pytest.raises(IntegrityError, match="Line 3"):
            list(reader.read())
        assert len(list(reader.readable())) == 2
        with pytest.raises(IntegrityError, match="Line 3"):
            events_of(path_of(tmp_path).read_bytes())


@pytest.mark.parametrize("data", [{}, {"key": "f" * 63}, {"key": OTHER.public_key.upper()}])
def test_a_change_to_no_key_is_none(
    ledger: Ledger, tmp_path: Path, data: dict[str, object]
) -> None:
    fill(ledger, 1)
    with pytest.raises((IntegrityError, ValueError)):
        ledger.append(EventName.SIGNING_KEY_CHANGED, "", NOW, data)
    assert len(lines_of(tmp_path)) == 1
    assert ledger.check() == []


def test_a_change_that_was_torn_is_finished_by_the_new_key(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger, 2)
    ledger.append(EventName.SIGNING_KEY_CHANGED, "", NOW, DATA)
    path_of(tmp_path).write_bytes(path_of(tmp_path).read_bytes()[:-1])
    write_head(tmp_path, lines_of(tmp_path)[1])
    with pytest.raises(IntegrityError, match=f"signed by key {OTHER.public_key[:16]}"):
        ledger.append("run_started", "r", NOW)
    after = Ledger(path_of(tmp_path), OTHER)
    after.append("run_started", "r", NOW)
    assert after.check() == []
    assert after.check(public_key=SIGNER.public_key) == []

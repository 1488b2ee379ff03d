"""Readers get what was written, or an error."""

from pathlib import Path

import pytest

from clearshard.audit.ledger import Ledger
from clearshard.errors import IntegrityError

from ..signers import OTHER
from .making import fill, lines_of, rehashed, rewrite, signed_by


def test_readers_of_events_are_not_told_what_was_not_signed(ledger: Ledger, tmp_path: Path) -> None:
    events = fill(ledger)
    good = lines_of(tmp_path)
    edited = rehashed(good[2], data={"n": 7})
    newest = rehashed(good[4], data={"n": 7})
    for changes, message, readable in (
        ({2: edited}, "Line 4", 3),
        ({2: signed_by(OTHER, edited)}, "Line 3", 2),
        ({4: newest}, "is not signed", 5),
        ({4: signed_by(OTHER, newest)}, "Line 5", 4),
    ):
        rewrite(tmp_path, [changes.get(n, line) for n, line in enumerate(good)])
        with pytest.raises(IntegrityError, match=message):
            list(ledger.read())
        # What `check` has found a fault in is still read up to there.
        assert len(list(ledger.readable())) == readable
    rewrite(tmp_path, good[1:])
    with pytest.raises(IntegrityError, match="Line 1"):
        list(ledger.read())
    assert list(ledger.readable()) == []
    rewrite(tmp_path, good)
    assert list(ledger.read()) == list(ledger.readable()) == events

"""Readers get what was written, or an error."""

from pathlib import Path

import pytest

from clearshard.audit.events import EventName
from clearshard.audit.ledger import Ledger
from clearshard.errors import IntegrityError

from ..signers import OTHER, SIGNER
from .making import NOW, fill, lines_of, rehashed, rewrite, signed_by


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


def test_what_a_ledger_tells_it_mentions(ledger: Ledger, tmp_path: Path) -> None:
    assert not ledger.mentions("run_started")  # nor is there one
    for event in EventName:
        assert not ledger.mentions(event)
        ledger.append(event, "r", NOW, {"key": SIGNER.public_key, "about": event})
        assert ledger.mentions(event)
    assert not ledger.mentions("run")
    # Of bytes that look like it, reading says more.
    rewrite(tmp_path, [b'{"data":{"event":"other"}}\n'])
    assert ledger.mentions("other")
    assert list(ledger.readable()) == []

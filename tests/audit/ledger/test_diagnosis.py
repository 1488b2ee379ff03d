"""Whatever is changed is found, and its line is named."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearshard.audit.events import EventName
from clearshard.audit.ledger import Ledger
from clearshard.errors import IntegrityError

from ..signers import OTHER, SIGNER
from .making import AT, NOW, fill, lines_of, path_of, rehashed, rewrite, signed_by, write_head


@settings(max_examples=120, deadline=None)
@given(draw=st.data())
def test_no_byte_can_change_unnoticed(
    tmp_path_factory: pytest.TempPathFactory, draw: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("l")
    ledger = Ledger(folder / "audit" / "ledger.jsonl", SIGNER)
    fill(ledger, 4)
    content = bytearray(path_of(folder).read_bytes())
    place = draw.draw(st.integers(0, len(content) - 1))
    content[place] ^= draw.draw(st.integers(1, 255))
    path_of(folder).write_bytes(bytes(content))
    faults = ledger.check()
    assert faults
    line = bytes(content[:place]).count(b"\n") + 1
    assert faults[0].location == f"{AT}:{line}"


def test_edited_line_is_named(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger)
    lines = lines_of(tmp_path)
    lines[2] = lines[2].replace(b'"n":2', b'"n":7')
    rewrite(tmp_path, lines)
    [fault] = ledger.check()
    assert fault.location == f"{AT}:3"
    assert "own hash" in fault.message
    with pytest.raises(IntegrityError, match="Line 3"):
        list(ledger.read())


def test_edited_line_with_a_new_hash_breaks_the_line_after(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger)
    lines = lines_of(tmp_path)
    edited = rehashed(lines[2], data={"n": 7})
    for forged, line, message in (
        (edited, 3, "is not signed by the key that it names"),
        (signed_by(OTHER, edited), 3, "is signed by key"),
        # Even who holds the key cannot change what is in the middle.
        (signed_by(SIGNER, edited), 4, "rewritten"),
    ):
        lines[2] = forged
        rewrite(tmp_path, lines)
        [fault] = ledger.check()
        assert fault.location == f"{AT}:{line}"
        assert message in fault.message


def test_everything_signed_again_by_somebody_else(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger)
    lines = [signed_by(OTHER, line) for line in lines_of(tmp_path)]
    rewrite(tmp_path, lines)
    write_head(tmp_path, lines[-1])
    # It agrees with itself: only who knows the key, or an event, can tell.
    assert ledger.check() == []
    [fault] = ledger.check(public_key=SIGNER.public_key)
    assert fault.location == f"{AT}:1"
    assert "somebody else wrote this line" in fault.message
    with pytest.raises(IntegrityError, match="Use the signing key of the folder"):
        ledger.append("run_started", "r", NOW)


def test_an_older_state_put_back_whole(ledger: Ledger, tmp_path: Path) -> None:
    head = fill(ledger)[-1].hash
    assert ledger.check(known_head=head) == []
    lines = lines_of(tmp_path)[:3]
    rewrite(tmp_path, lines)
    write_head(tmp_path, lines[-1])
    assert ledger.check() == []
    [fault] = ledger.check(known_head=head)
    assert fault.location == f"{AT}:4"
    assert "that was kept elsewhere" in fault.message


@pytest.mark.parametrize("count", [1, 2, 3])
def test_lines_cut_off_the_end(ledger: Ledger, tmp_path: Path, count: int) -> None:
    fill(ledger, 4)
    rewrite(tmp_path, lines_of(tmp_path)[:-count])
    [fault] = ledger.check()
    assert fault.location == "audit/head.json"
    assert "the end of the ledger was cut off" in fault.message
    # Going on would hide it.
    before = path_of(tmp_path).read_bytes()
    with pytest.raises(IntegrityError, match="Restore both"):
        ledger.append("run_started", "r", NOW)
    assert path_of(tmp_path).read_bytes() == before


def test_ledger_without_a_line_but_with_a_copy(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger, 2)
    path_of(tmp_path).unlink()
    assert ledger.check()[0].location == "audit/head.json"
    with pytest.raises(IntegrityError, match="Restore both"):
        ledger.append("run_started", "r", NOW)


@pytest.mark.parametrize("damage", [b"", b"{}", b"x" * 9, None])
def test_copy_of_the_newest_line_damaged(
    ledger: Ledger, tmp_path: Path, damage: bytes | None
) -> None:
    fill(ledger, 3)
    write_head(tmp_path, damage)
    assert ledger.check()[0].location == "audit/head.json"
    with pytest.raises(IntegrityError, match="Restore both"):
        ledger.append("run_started", "r", NOW)


@pytest.mark.parametrize("place", [0, 1, 3])
def test_dropped_line_is_named(ledger: Ledger, tmp_path: Path, place: int) -> None:
    fill(ledger)
    lines = lines_of(tmp_path)
    del lines[place]
    rewrite(tmp_path, lines)
    [fault] = ledger.check()
    assert fault.location == f"{AT}:{place + 1}"
    assert "1 line(s) were dropped" in fault.message


def test_reordered_lines_are_named(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger)
    lines = lines_of(tmp_path)
    lines[1], lines[3] = lines[3], lines[1]
    rewrite(tmp_path, lines)
    [fault] = ledger.check()
    assert fault.location == f"{AT}:2"
    assert "reordered" in fault.message


def test_duplicated_line_is_named(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger)
    lines = lines_of(tmp_path)
    lines.insert(2, lines[1])
    rewrite(tmp_path, lines)
    [fault] = ledger.check()
    assert fault.location == f"{AT}:3"
    assert "duplicated" in fault.message


@pytest.mark.parametrize(
    "spelling",
    [
        lambda line: line.replace(b'":', b'": ', 1),
        lambda line: line + b" ",
        lambda line: line + b"\r",
        lambda line: line.replace(b'{"at"', b'{"seq":0,"at"', 1),
    ],
)
def test_another_spelling_of_the_same_event_is_an_edit(
    ledger: Ledger, tmp_path: Path, spelling: Any
) -> None:
    fill(ledger)
    lines = lines_of(tmp_path)
    lines[0] = spelling(lines[0])
    rewrite(tmp_path, lines)
    [fault] = ledger.check()
    assert fault.location == f"{AT}:1"
    assert "edited" in fault.message


@pytest.mark.parametrize(
    "line", [b"", b"null", b"{}", b"\xff", b"[" * 100_000, b'{"seq":' + b"9" * 5000 + b"}", b"\0"]
)
def test_garbage_is_a_fault_and_is_not_quoted(ledger: Ledger, tmp_path: Path, line: bytes) -> None:
    fill(ledger, 2)
    rewrite(tmp_path, [*lines_of(tmp_path), line])
    [fault] = ledger.check()
    assert str(fault) == f"{AT}:3: is not a ledger event"
    with pytest.raises(IntegrityError, match="not a ledger event"):
        ledger.append("run_started", "r", NOW)
    with pytest.raises(IntegrityError):
        ledger.head()


def test_cut_off_end_is_seen_by_the_records_that_know_of_it(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append(EventName.RUN_FINISHED, "a", NOW, {})
    ledger.append(EventName.RUN_FINISHED, "b", NOW, {})
    assert ledger.check(["a", "b"]) == []
    rewrite(tmp_path, lines_of(tmp_path)[:1])
    fault, head = ledger.check(["a", "b"])
    assert fault.location == f"{AT}:2"
    assert "announces b." in fault.message
    assert head.location == "audit/head.json"
    path_of(tmp_path).unlink()
    fault, head = ledger.check(["a"])
    assert fault.location == f"{AT}:1"

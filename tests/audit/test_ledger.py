import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearshard.audit.events import (
    GENESIS,
    Event,
    EventName,
    canonical,
    digest_of,
    format_line,
    parse_line,
)
from clearshard.audit.ledger import Ledger
from clearshard.audit.signing import Signer
from clearshard.errors import IntegrityError, OutputFull
from clearshard.storage.files import write_atomic

from .signers import OTHER, SIGNER

NOW = datetime(2026, 3, 1, tzinfo=UTC)
AT = "audit/ledger.jsonl"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
datas = st.dictionaries(st.text().filter(lambda k: not k.startswith("repaired_")), json_values)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "audit" / "ledger.jsonl", SIGNER)


def path_of(tmp_path: Path) -> Path:
    return tmp_path / "audit" / "ledger.jsonl"


def fill(ledger: Ledger, count: int = 5) -> list[Event]:
    return [
        ledger.append("run_started", f"run{n}", NOW + timedelta(seconds=n), {"n": n})
        for n in range(count)
    ]


def rewrite(tmp_path: Path, lines: list[bytes]) -> None:
    path_of(tmp_path).write_bytes(b"".join(line + b"\n" for line in lines))


def lines_of(tmp_path: Path) -> list[bytes]:
    return path_of(tmp_path).read_bytes().splitlines()


def rehashed(line: bytes, **changes: Any) -> bytes:
    """The line edited and hashed again, under its old signature."""
    event = json.loads(line)
    event.update(changes)
    key, signature = event.pop("key"), event.pop("signature")
    event.pop("hash")
    digest = hashlib.sha256(canonical(event)).hexdigest()
    return canonical({**event, "hash": digest, "key": key, "signature": signature})


def signed_by(signer: Signer, line: bytes) -> bytes:
    event = json.loads(line)
    event.update(key=signer.public_key, signature=signer.sign(event["hash"]))
    return canonical(event)


def write_head(tmp_path: Path, line: bytes | None) -> None:
    """Makes the copy of the newest line what a crash, or somebody, left of it."""
    head = path_of(tmp_path).with_name("head.json")
    if line is None:
        head.unlink()
    else:
        head.write_bytes(line + b"\n")


def test_chain_of_appended_events(ledger: Ledger, tmp_path: Path) -> None:
    assert ledger.head() is None
    assert list(ledger.read()) == []
    assert ledger.check() == []
    events = fill(ledger)
    assert list(ledger.read()) == events
    assert [e.seq for e in events] == [0, 1, 2, 3, 4]
    assert [e.prev for e in events] == [GENESIS, *(e.hash for e in events[:-1])]
    assert all(digest_of(e) == e.hash for e in events)
    assert ledger.head() == events[-1]
    assert ledger.check() == []
    assert events[0].at == "2026-03-01T00:00:00Z"
    assert path_of(tmp_path).read_bytes() == b"".join(format_line(e) + b"\n" for e in events)


@settings(max_examples=60, deadline=None)
@given(data=st.lists(datas, min_size=1, max_size=4))
def test_round_trip_laws_and_chain_for_any_data(
    tmp_path_factory: pytest.TempPathFactory, data: list[dict[str, Any]]
) -> None:
    ledger = Ledger(tmp_path_factory.mktemp("l") / "audit" / "ledger.jsonl", SIGNER)
    events = [ledger.append("run_started", "r", NOW, d) for d in data]
    assert list(ledger.read()) == events
    assert [e.data for e in events] == data
    for event in events:
        line = format_line(event)
        assert line.isascii()
        assert b"\n" not in line
        assert parse_line(line) == event
        assert format_line(parse_line(line)) == line
    assert ledger.check() == []


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


def test_time_is_utc_and_must_have_an_offset(ledger: Ledger) -> None:
    event = ledger.append(
        "run_started", "r", datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    )
    assert event.at == "2026-01-01T00:00:00Z"
    with pytest.raises(ValueError, match="offset"):
        ledger.append("run_started", "r", datetime(2026, 1, 1))  # noqa: DTZ001 - refused


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("run_started", {"x": float("nan")}),
        ("run_started", {"x": float("inf")}),
        ("run_started", {"x": object()}),
        ("run_started", {"repaired_torn_bytes": 3}),
        ("Not A Name", {}),
        ("", {}),
        ("run_started\n", {}),
    ],
)
def test_what_cannot_be_read_back_is_not_written(
    ledger: Ledger, tmp_path: Path, name: str, data: dict[str, Any]
) -> None:
    fill(ledger, 2)
    before = path_of(tmp_path).read_bytes()
    with pytest.raises(ValueError):
        ledger.append(name, "r", NOW, data)
    assert path_of(tmp_path).read_bytes() == before


def test_hostile_run_id_stays_one_line(ledger: Ledger) -> None:
    hostile = 'x\n{"seq":9}\u202e\0"\ud800'
    ledger.append("run_started", hostile, NOW)
    assert [e.run_id for e in ledger.read()] == [hostile]
    assert ledger.check() == []


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
    with pytest.raises(IntegrityError, match="Use the signing key that the folder began with"):
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


@pytest.mark.parametrize("count", [1, 3])
def test_crash_before_the_copy_was_replaced(ledger: Ledger, tmp_path: Path, count: int) -> None:
    events = fill(ledger, count)
    write_head(tmp_path, None if count == 1 else lines_of(tmp_path)[-2])
    assert ledger.check() == []
    assert ledger.append("run_started", "next", NOW).seq == count
    assert ledger.check() == []
    assert list(ledger.read())[:count] == events


@pytest.mark.parametrize("newline", [True, False])
def test_crashes_before_the_copy_was_replaced_one_after_the_other(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, newline: bool
) -> None:
    """The copy catches up before the next line: it is never two lines behind."""
    fill(ledger, 1)

    class Killed(BaseException):
        pass

    for number in range(1, 4):
        line = lines_of(tmp_path)[-1] + b"\n"

        def dies(path: Path, content: bytes, line: bytes = line) -> None:
            if content != line:
                raise Killed
            write_atomic(path, content)

        with monkeypatch.context() as patch:
            patch.setattr("clearshard.audit.ledger.write_atomic", dies)
            with pytest.raises(Killed):
                ledger.append("run_failed", f"r{number}", NOW)
        assert ledger.check() == []
        if not newline:  # as if the kill had come before the last byte
            path_of(tmp_path).write_bytes(path_of(tmp_path).read_bytes()[:-1])
    assert ledger.append("run_started", "next", NOW).seq == 4
    assert ledger.check() == []
    assert [event.seq for event in ledger.read()] == [0, 1, 2, 3, 4]


def test_a_disk_that_is_full_for_the_copy_takes_the_line_back(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(ledger, 2)
    before = path_of(tmp_path).read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("clearshard.audit.ledger.write_atomic", full)
    with pytest.raises(OutputFull):
        ledger.append("run_started", "r", NOW)
    monkeypatch.undo()
    assert path_of(tmp_path).read_bytes() == before
    assert ledger.append("run_started", "r", NOW).seq == 2
    assert ledger.check() == []


def test_who_only_reads_cannot_append(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger, 1)
    with pytest.raises(ValueError, match="opened for reading"):
        Ledger(path_of(tmp_path)).append("run_started", "r", NOW)


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


def test_append_refuses_to_follow_an_edited_last_line(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger)
    lines = lines_of(tmp_path)
    lines[-1] = lines[-1].replace(b"run4", b"run5")
    rewrite(tmp_path, lines)
    before = path_of(tmp_path).read_bytes()
    with pytest.raises(IntegrityError, match="clearshard audit verify"):
        ledger.append("run_started", "r", NOW)
    assert path_of(tmp_path).read_bytes() == before


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


@pytest.mark.parametrize("kept", [1, 20, -2])
def test_torn_last_line_is_seen_and_repaired(ledger: Ledger, tmp_path: Path, kept: int) -> None:
    events = fill(ledger, 3)
    lines = lines_of(tmp_path)
    torn = lines[2][:kept]
    path_of(tmp_path).write_bytes(lines[0] + b"\n" + lines[1] + b"\n" + torn)
    write_head(tmp_path, lines[1])
    [fault] = ledger.check()
    assert fault.location == f"{AT}:3"
    assert "torn" in fault.message
    assert ledger.head() == events[1]
    assert list(ledger.read()) == events[:2]

    event = ledger.append("run_started", "next", NOW, {"n": 1})
    assert event.data == {"n": 1, "repaired_torn_bytes": len(torn)}
    assert list(ledger.read()) == [*events[:2], event]
    assert ledger.check() == []


def test_torn_first_line_is_repaired(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger, 1)
    path_of(tmp_path).write_bytes(lines_of(tmp_path)[0][:-9])
    write_head(tmp_path, None)
    event = ledger.append("run_started", "next", NOW)
    assert (event.seq, event.prev) == (0, GENESIS)
    assert list(event.data) == ["repaired_torn_bytes"]
    assert ledger.check() == []


@pytest.mark.parametrize("count", [1, 3])
def test_whole_line_without_its_newline_is_kept(ledger: Ledger, tmp_path: Path, count: int) -> None:
    events = fill(ledger, count)
    path_of(tmp_path).write_bytes(path_of(tmp_path).read_bytes()[:-1])
    write_head(tmp_path, None if count == 1 else lines_of(tmp_path)[-2])
    [fault] = ledger.check()
    assert fault.location == f"{AT}:{count}"
    event = ledger.append("run_started", "next", NOW)
    assert event.data == {"repaired_newline": True}
    assert list(ledger.read()) == [*events, event]
    assert ledger.check() == []


def test_refused_append_leaves_a_torn_line_alone(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger, 2)
    path_of(tmp_path).write_bytes(path_of(tmp_path).read_bytes() + b'{"at":')
    before = path_of(tmp_path).read_bytes()
    with pytest.raises(ValueError):
        ledger.append("run_started", "r", NOW, {"x": object()})
    assert path_of(tmp_path).read_bytes() == before


def test_long_lines_are_found_from_the_end(ledger: Ledger, tmp_path: Path) -> None:
    fill(ledger, 2)
    long = ledger.append("run_started", "r", NOW, {"x": "y" * 200_000})
    assert ledger.head() == long
    assert ledger.append("run_started", "r", NOW).seq == 3
    assert ledger.check() == []


def test_full_disk_leaves_no_part_of_a_line(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(ledger, 2)
    before = path_of(tmp_path).read_bytes()
    write = os.write

    def full(handle: int, content: bytes) -> int:
        if len(content) < 50:
            raise OSError(28, "No space left on device")
        return write(handle, content[: len(content) - 10])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OutputFull):
        ledger.append("run_started", "r", NOW)
    monkeypatch.undo()
    assert path_of(tmp_path).read_bytes() == before
    assert ledger.append("run_started", "r", NOW).data == {}


def test_appends_of_several_ledgers_make_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "audit" / "ledger.jsonl"
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(lambda n: Ledger(path, SIGNER).append("run_started", f"r{n}", NOW), range(40))
        )
    assert Ledger(path).check() == []
    assert {e.run_id for e in Ledger(path).read()} == {f"r{n}" for n in range(40)}

"""What a document calls itself, and what it was asked for by."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from clearshard.records.states import Quarantine
from clearshard.sources.adapters import Form
from clearshard.sources.containers import read_records
from clearshard.sources.sessions import Session
from clearshard.sources.transcripts import is_called
from clearshard.storage.sources import open_inside
from data.generator.recognisers import FORMS

from .forms import READERS, document, made_of
from .reading import read, refused

#: Where each form has its id; Whisper has none.
PLACES = {
    "assemblyai": "id",
    "streaming": "id",
    "gateway": "request_id",
    "deepgram": "metadata.request_id",
    "aws_transcribe": "jobName",
}
NAMED = [form for form in FORMS if READERS[form.name] in PLACES]
NAMELESS = [form for form in FORMS if READERS[form.name] not in PLACES]


@pytest.mark.parametrize("form", NAMED, ids=lambda form: f"{form.name}.{form.suffix}")
def test_an_id_must_be_the_one_that_was_asked_for(form: Any) -> None:
    made = made_of(form, 1).encode()
    assert read(made, "x") == read(made, None)
    assert refused(made, "y") == ("id_mismatch", PLACES[READERS[form.name]])
    assert is_called(made, "x")
    assert not is_called(made, "y")


@pytest.mark.parametrize("form", NAMELESS, ids=lambda form: form.name)
def test_without_an_id_the_manifest_is_believed(form: Any) -> None:
    made = made_of(form, 1).encode()
    assert read(made, "x") == read(made, "y")
    assert is_called(made, "y")


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.name}.{form.suffix}")
def test_whoever_keeps_a_document_can_give_it_an_id(form: Any) -> None:
    made = document(made_of(form, 1))
    part = made if isinstance(made, dict) else made[0]
    part["id"] = "call-7"
    assert read(made, "call-7").text
    assert refused(made, "x") == ("id_mismatch", "id")
    content = json.dumps(made).encode()
    assert is_called(content, "call-7")
    assert not is_called(content, "x")
    part["id"] = 7
    assert refused(made, "x") == ("malformed", "ValidationError: id (expected str)")
    assert not is_called(json.dumps(made).encode(), "x")


def _records(folder: Path, lines: list[bytes], *wanted: str) -> dict[str, bytes | Quarantine]:
    (folder / "all.jsonl").write_bytes(b"\n".join(lines))
    return dict(read_records(partial(open_inside, folder), "all.jsonl", set(wanted), 1_000_000))


def test_records_of_every_form_are_found_by_their_own_id(tmp_path: Path) -> None:
    lines = []
    for number, form in enumerate(NAMED):
        if form.suffix == "json":
            line = made_of(form, number).strip()
            assert line.count('"x"') == 1
            lines.append(line.replace('"x"', f'"record-{number}"').encode())
    wanted = [f"record-{n}" for n, form in enumerate(NAMED) if form.suffix == "json"]
    found = _records(tmp_path, lines, *wanted)
    assert list(found.values()) == lines
    for name, content in found.items():
        assert isinstance(content, bytes)
        assert read(content, name, Form(language="en")).text


def test_a_record_without_an_id_is_found_by_nobody(tmp_path: Path) -> None:
    lines = [made_of(form, 1).strip().encode() for form in NAMELESS]
    (problem,) = _records(tmp_path, lines, "x").values()
    assert isinstance(problem, Quarantine)
    assert str(problem.reason) == "malformed"


def test_two_records_of_one_id_are_nobodys(tmp_path: Path) -> None:
    lines = [made_of(form, 1).strip().encode() for form in NAMED if form.suffix == "json"]
    (problem,) = _records(tmp_path, lines[:2], "x").values()
    assert isinstance(problem, Quarantine)
    assert problem.error_type == "AmbiguousRecord"


def test_of_records_that_nobody_wants_only_ids_are_decoded(tmp_path: Path) -> None:
    """Gate before content: a document that is broken behind its id does no harm."""
    form = next(form for form in NAMED if form.name == "deepgram")
    made = document(made_of(form, 1))
    made["results"]["channels"] = [{"alternatives": 7}]
    lines = [
        json.dumps(made).encode(),
        made_of(FORMS[0], 2).strip().encode().replace(b'"x"', b'"y"'),
    ]
    found = _records(tmp_path, lines, "x", "y")
    assert found == {"x": lines[0], "y": lines[1]}


def _session(name: str, seed: int) -> list[bytes]:
    """The messages of a streaming session, one a line."""
    form = next(form for form in FORMS if form.suffix == "ndjson")
    lines = made_of(form, seed).encode().splitlines()
    assert lines[0].count(b'"x"') == 1
    return [lines[0].replace(b'"x"', json.dumps(name).encode()), *lines[1:]]


ONE, TWO = _session("one", 1), _session("two", 2)
RECORD = b'{"id":"other","status":"completed","text":"a","words":null}'
TURN = json.dumps({"type": "Turn", "turn_order": 9, "end_of_turn": True}).encode()


def test_sessions_stand_behind_each_other_in_a_container(tmp_path: Path) -> None:
    found = _records(tmp_path, [RECORD, *ONE, b" ", *TWO[:-1]], "one", "two", "other")
    assert found == {"other": RECORD, "one": b"\n".join(ONE), "two": b"\n".join(TWO[:-1])}
    assert read(found["one"], "one") == read(b"\n".join(ONE), "one")


@pytest.mark.parametrize(
    "lines",
    [
        [*ONE[:-1], *TWO],  # whose are the turns, if both are open?
        [ONE[0], TWO[0], *ONE[1:], *TWO[1:]],
        [*ONE[:3], RECORD, *ONE[3:]],
    ],
)
def test_sessions_that_may_be_mixed_are_nobodys(tmp_path: Path, lines: list[bytes]) -> None:
    for problem in _records(tmp_path, lines, "one", "two").values():
        assert isinstance(problem, Quarantine)
        assert (str(problem.reason), problem.error_type) == ("malformed", "OpenSession")


def test_turns_of_no_session_are_not_taken_for_one(tmp_path: Path) -> None:
    found = _records(tmp_path, [*ONE, TURN, *TWO], "one", "two")
    assert found == {"one": b"\n".join(ONE), "two": b"\n".join(TWO)}
    (problem,) = _records(tmp_path, [TURN], "one").values()
    assert isinstance(problem, Quarantine)
    assert str(problem.reason) == "malformed"


def test_a_message_that_cannot_be_read_makes_its_session_unreadable(tmp_path: Path) -> None:
    cut = [*ONE[:3], ONE[3][:-9], *ONE[4:], *TWO]
    found = _records(tmp_path, cut, "one", "two")
    assert found["two"] == b"\n".join(TWO)
    assert refused(found["one"], "one")[0] == "malformed"


def test_a_session_may_be_too_large_as_a_whole_or_in_one_message(tmp_path: Path) -> None:
    largest = max(map(len, ONE))
    (tmp_path / "all.jsonl").write_bytes(b"\n".join([*ONE, *TWO]))
    for most in (largest - 1, largest + 1, len(b"\n".join(ONE)) - 1):
        ((_, problem),) = read_records(partial(open_inside, tmp_path), "all.jsonl", {"one"}, most)
        assert isinstance(problem, Quarantine)
        assert str(problem.reason) == "too_large"
    ((_, whole),) = read_records(
        partial(open_inside, tmp_path), "all.jsonl", {"one"}, len(b"\n".join(ONE)) + 1
    )
    assert whole == b"\n".join(ONE)


def test_of_a_session_that_nobody_wants_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[str, int] = {}

    def add(session: Session, line: bytes | None) -> None:
        original(session, line)
        kept[session.id] = max(kept.get(session.id, 0), len(session._lines))

    original = Session.add
    monkeypatch.setattr(Session, "add", add)
    _records(tmp_path, [*ONE, *TWO], "two")
    assert kept == {"one": 0, "two": len(TWO)}

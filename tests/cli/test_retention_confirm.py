"""`retention confirm`: the transcripts of receipts, against an API on this machine."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clearshard.audit.events import EventName
from clearshard.audit.ledger import Ledger
from clearshard.cli.entry import _exit_code
from clearshard.lifecycle.confirmation import record
from clearshard.lifecycle.confirmation.record import is_confirmation
from clearshard.surroundings import API_VARIABLE

from ..audit.building import Output, Row
from ..audit.signers import SECRET
from ..lifecycle.confirmation.serving import (
    KEY,
    THERE,
    Service,
    certificate,
    server_context,
    serving,
    uid,
)
from .keeping import AS_OF, DAY, THEN, Keeping, keeping


def run(*arguments: object) -> int:
    return _exit_code([str(argument) for argument in arguments])


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    public, private = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    monkeypatch.setenv(API_VARIABLE, KEY)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with serving(Service({uid("other"): THERE}), server_context(public, private)) as served:
        yield served


@pytest.fixture
def kept(tmp_path: Path, service: Service) -> Keeping:
    made = keeping(tmp_path)
    made.configure(f'[retention]\nroots = ["kept"]\napi_url = "{service.url}"\n')
    return made


def swept(kept: Keeping) -> None:
    """Two transcripts are deleted, one of them under another name, and audio of a third."""
    rows = [
        {"artefact_id": uid("first")},
        {"artefact_id": "object-2", "transcript_id": uid("second")},
        {"artefact_id": "audio-3", "transcript_id": uid("other"), "kind": "uploaded_audio"},
    ]
    for row in rows:
        row |= {"uri": f"{row['artefact_id']}.json"}
        (kept.store / row["uri"]).write_text("said")
    gone = [{"account_id": "short", "created_at": AS_OF - 9 * DAY, **row} for row in rows]
    command = ("retention", "sweep", kept.inventory(gone), "--config", kept.config, *THEN)
    assert run(*command, "--execute") == 0
    assert not list(kept.store.glob("*.json"))


def confirm(kept: Keeping, *more: object) -> int:
    return run("retention", "confirm", "--config", kept.config, *more)


def _named(*names: str) -> list[str]:
    return [word for name in names for word in ("--transcript", uid(name))]


def _answer(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return result


def test_the_transcripts_of_the_receipts_are_asked_for(
    kept: Keeping, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    swept(kept)
    capsys.readouterr()
    assert confirm(kept, "--present", uid("other"), "--json") == 0
    answer = _answer(capsys)
    assert (answer["transcripts"], answer["gone"], answer["control"]) == (2, 2, 1)
    asked = {request.path.rpartition("/")[2] for request in service.requests}
    # Audio can go before its transcript does.
    assert asked == {"transcript", *map(uid, ("first", "second", "other"))}


def test_what_is_still_there_and_what_is_not_confirmed_have_codes_of_their_own(
    kept: Keeping, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    swept(kept)
    service.transcripts[uid("second")] = THERE
    capsys.readouterr()
    assert confirm(kept) == 5
    captured = capsys.readouterr()
    assert "1 are, 1 are still there, 0 could not be confirmed" in captured.out
    assert "Name a transcript that is there with --present" in captured.out
    assert THERE["text"] not in captured.out + captured.err
    del service.transcripts[uid("second")]
    service.lie = lambda request, honest: (503, {}, b"")
    assert confirm(kept, "--json") == 4
    assert [row["why"] for row in _answer(capsys)["not_gone"]] == ["status_503"] * 2


def test_what_was_found_is_kept_and_the_ledger_is_told_of_it_once(
    kept: Keeping, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    output = Output(kept.folder / "out")
    output.publish("a", [Row("f")])
    key = kept.folder / "clearshard-signing.key"
    key.write_text(SECRET.hex())
    key.chmod(0o600)
    out = ("--out", output.out)
    swept(kept)
    service.transcripts[uid("second")] = THERE
    assert confirm(kept, *out, "--actor", "keeper", "--present", uid("other")) == 5
    del service.transcripts[uid("second")]
    # One that nobody was told of, since whoever asked was killed.
    assert confirm(kept, *_named("first")) == 0
    assert confirm(kept, *out) == 0
    folder = kept.folder / "retention-receipts"
    found = {
        path.name: path.read_bytes() for path in folder.iterdir() if is_confirmation(path.name)
    }
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())
    told: dict[str, str] = {}
    for event in Ledger(output.out / "audit" / "ledger.jsonl").read():
        if event.event == EventName.RETENTION_CONFIRMED:
            assert not told.keys() & event.data["receipts"].keys()
            told |= event.data["receipts"]
    assert told == {name: hashlib.sha256(data).hexdigest() for name, data in found.items()}
    assert len(told) == 3
    first = json.loads(found[min(found, key=lambda name: json.loads(found[name])["begun_at"])])
    assert (first["actor"], first["control"], first["api_url"]) == (
        "keeper",
        [uid("other")],
        service.url,
    )
    assert {one["transcript_id"]: one["verdict"] for one in first["transcripts"]} == {
        uid("first"): "gone",
        uid("second"): "still_there",
    }
    assert run("audit", "verify", *out) == 0
    # What was kept of confirmations is no receipt.
    capsys.readouterr()
    assert confirm(kept, "--json") == 0
    assert _answer(capsys)["transcripts"] == 2


def test_ids_can_be_named(
    kept: Keeping, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    assert confirm(kept, *_named("some", "thing", "some"), "--json") == 0
    assert _answer(capsys)["gone"] == 2
    assert confirm(kept, *_named("other")) == 5


def test_without_receipts_or_ids_nothing_is_asked(kept: Keeping, service: Service) -> None:
    assert confirm(kept) == 2
    assert service.requests == []


@pytest.mark.parametrize("key", [None, "", "with blank", "ungewöhnlich", "line\nfeed"])
def test_the_key_comes_from_the_environment_only(
    kept: Keeping,
    service: Service,
    key: str | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if key is None:
        monkeypatch.delenv(API_VARIABLE)
    else:
        monkeypatch.setenv(API_VARIABLE, key)
    assert confirm(kept, *_named("some")) == 2
    error = capsys.readouterr().err
    assert API_VARIABLE in error
    assert not key or key not in error
    assert service.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost",
        "https://u:p@localhost",
        "https://localhost/v2",
        "localhost",
        "https://a..b",
    ],
)
def test_an_address_that_is_not_a_host_over_tls_is_refused(
    kept: Keeping, service: Service, url: str
) -> None:
    kept.configure(f'[retention]\napi_url = "{url}"\n')
    assert confirm(kept, *_named("some")) == 2
    assert service.requests == []


@pytest.fixture
def out(kept: Keeping, service: Service) -> Path:
    """An output folder, whose ledger is told."""
    output = Output(kept.folder / "out")
    output.publish("a", [Row("f")])
    key = kept.folder / "clearshard-signing.key"
    key.write_text(SECRET.hex())
    key.chmod(0o600)
    kept.configure(
        f'[output]\nfolder = "out"\n[retention]\nroots = ["kept"]\napi_url = "{service.url}"\n'
    )
    return output.out


def _receipt(kept: Keeping) -> Path:
    [path] = (kept.folder / "retention-receipts").glob("*[0-9].json")
    return path


def test_an_edited_receipt_is_not_believed(
    kept: Keeping, out: Path, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    swept(kept)
    path = _receipt(kept)
    path.write_text(path.read_text().replace(uid("second"), uid("never was")))
    assert confirm(kept) == 5
    assert "it was edited" in capsys.readouterr().err
    assert service.requests == []


def test_a_receipt_that_is_missing_is_missed(
    kept: Keeping, out: Path, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    swept(kept)
    _receipt(kept).unlink()
    assert confirm(kept) == 5
    assert "1 receipts that the ledger was told of are not in" in capsys.readouterr().err
    assert service.requests == []


def test_what_no_ledger_knows_is_believed_and_told(
    kept: Keeping, capsys: pytest.CaptureFixture[str]
) -> None:
    swept(kept)
    capsys.readouterr()
    assert confirm(kept) == 0
    assert "1 receipts were believed as they are" in capsys.readouterr().out


def test_receipts_of_another_job_are_not_asked_about(
    kept: Keeping, out: Path, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    swept(kept)
    path = _receipt(kept)
    receipt = json.loads(path.read_text())
    path.with_name("of-another-00000.json").write_text(json.dumps({**receipt, "ledger": "0" * 64}))
    capsys.readouterr()
    assert confirm(kept, "--json") == 0
    answer = _answer(capsys)
    assert (answer["transcripts"], answer["receipts_of_others"]) == (2, 1)
    assert answer["receipts_not_in_ledger"] == 0
    assert confirm(kept) == 0
    assert "1 receipts are of other jobs" in capsys.readouterr().out


def test_a_control_that_is_not_found_is_told_though_nothing_should_be_gone(
    kept: Keeping, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    (kept.folder / "retention-receipts").mkdir(mode=0o700)
    assert confirm(kept, "--present", uid("other")) == 0
    assert confirm(kept, "--present", uid("nobody"), "--json") == 4
    captured = capsys.readouterr()
    answer = json.loads(captured.out.splitlines()[-1])
    assert (answer["transcripts"], answer["control_failed"]) == (0, "control_not_found")
    assert "the key of the right account" in captured.err


def test_a_confirmation_of_many_transcripts_is_kept_in_parts(
    kept: Keeping, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clearshard.lifecycle.confirmation.record._PART", 2)
    asked = [uid(f"gone-{number}") for number in range(5)]
    assert confirm(kept, *(word for one in asked for word in ("--transcript", one))) == 0
    folder = kept.folder / "retention-receipts"
    parts = [
        record.decode(path.read_bytes(), path.name)
        for path in sorted(folder.iterdir())
        if is_confirmation(path.name)
    ]
    assert [(one.part, one.parts, len(one.transcripts)) for one in parts] == [
        (0, 3, 2),
        (1, 3, 2),
        (2, 3, 1),
    ]
    assert [one.transcript_id for part in parts for one in part.transcripts] == asked
    told = [
        name
        for event in Ledger(out / "audit" / "ledger.jsonl").read()
        if event.event == EventName.RETENTION_CONFIRMED
        for name in event.data["receipts"]
    ]
    assert sorted(told) == sorted(part.key for part in parts)

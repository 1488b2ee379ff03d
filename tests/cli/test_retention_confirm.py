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
from clearshard.keys import API_VARIABLE
from clearshard.lifecycle.confirmation.record import is_confirmation

from ..audit.building import Output, Row
from ..audit.signers import SECRET
from ..lifecycle.confirmation.serving import (
    KEY,
    THERE,
    Service,
    certificate,
    server_context,
    serving,
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
    with serving(Service({"other": THERE}), server_context(public, private)) as served:
        yield served


@pytest.fixture
def kept(tmp_path: Path, service: Service) -> Keeping:
    made = keeping(tmp_path)
    made.configure(f'[retention]\nroots = ["kept"]\napi_url = "{service.url}"\n')
    return made


def swept(kept: Keeping) -> None:
    """Two transcripts are deleted, one of them under another name, and audio of a third."""
    rows = [
        {"artefact_id": "first"},
        {"artefact_id": "object-2", "transcript_id": "second"},
        {"artefact_id": "audio-3", "transcript_id": "other", "kind": "uploaded_audio"},
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
    return [word for name in names for word in ("--transcript", name)]


def _answer(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return result


def test_the_transcripts_of_the_receipts_are_asked_for(
    kept: Keeping, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    swept(kept)
    capsys.readouterr()
    assert confirm(kept, "--present", "other", "--json") == 0
    answer = _answer(capsys)
    assert (answer["transcripts"], answer["gone"], answer["control"]) == (2, 2, 1)
    asked = {request.path.rpartition("/")[2] for request in service.requests}
    # Audio can go before its transcript does.
    assert asked == {"transcript", "first", "second", "other"}


def test_what_is_still_there_and_what_is_not_confirmed_have_codes_of_their_own(
    kept: Keeping, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    swept(kept)
    service.transcripts["second"] = THERE
    capsys.readouterr()
    assert confirm(kept) == 5
    captured = capsys.readouterr()
    assert "1 are, 1 are still there, 0 could not be confirmed" in captured.out
    assert "Name a transcript that is there with --present" in captured.out
    assert THERE["text"] not in captured.out + captured.err
    del service.transcripts["second"]
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
    service.transcripts["second"] = THERE
    assert confirm(kept, *out, "--actor", "keeper", "--present", "other") == 5
    del service.transcripts["second"]
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
        ["other"],
        service.url,
    )
    assert {one["transcript_id"]: one["verdict"] for one in first["transcripts"]} == {
        "first": "gone",
        "second": "still_there",
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

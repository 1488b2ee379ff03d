"""What may be concluded of an API that pages, throttles, fails and lies."""

import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from clearshard.lifecycle.confirmation import client
from clearshard.lifecycle.confirmation.answers import is_emptied, is_given_id
from clearshard.lifecycle.confirmation.client import Api
from clearshard.lifecycle.confirmation.record import Confirmed, Verdict
from clearshard.lifecycle.confirmation.verdict import confirm
from clearshard.transport.contexts import client_context
from clearshard.transport.profiles import ASYNCHRONOUS

from .serving import (
    EMPTIED,
    KEY,
    PATH,
    THERE,
    Reply,
    Request,
    Service,
    as_json,
    certificate,
    server_context,
    serving,
    uid,
)

pytestmark = pytest.mark.slow

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
GONE_ID = uid("gone")
GONE, STILL, OPEN = Verdict.GONE, Verdict.STILL_THERE, Verdict.NOT_CONFIRMED


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def service(certificates: tuple[Path, Path]) -> Iterator[Service]:
    """Ten transcripts, three on a page."""
    made = Service({uid(f"t{number}"): THERE for number in range(10)})
    with serving(made, server_context(*certificates)) as served:
        yield served


class Asking:
    """Asks a service; keeps how long it was asked to wait."""

    def __init__(self, certificates: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
        self.waited: list[float] = []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificates[0]))

    def confirm(
        self,
        service: Service,
        ids: Sequence[str],
        present: Sequence[str] = (),
        *,
        context: ssl.SSLContext | None = None,
        key: str = KEY,
    ) -> list[Confirmed]:
        tls = context or client_context(ASYNCHRONOUS)
        with Api(service.url, key, tls, self.waited.append, lambda: NOW, 3600.0) as api:
            return list(confirm(api, ids, present).transcripts)

    def api(self, service: Service, **more: Any) -> Api:
        tls = client_context(ASYNCHRONOUS)
        return Api(
            service.url, KEY, tls, self.waited.append, lambda: NOW, **{"seconds": 3600.0, **more}
        )

    def one(
        self, service: Service, name: str = uid("gone"), **more: Any
    ) -> tuple[Verdict, str | None]:
        [found] = self.confirm(service, [name], **more)
        return found.verdict, found.why


@pytest.fixture
def asking(certificates: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Asking:
    return Asking(certificates, monkeypatch)


def test_all_pages_are_walked_and_each_is_asked_for_by_its_id(
    service: Service, asking: Asking
) -> None:
    service.transcripts[uid("emptied")] = EMPTIED
    asked_for = [uid(name) for name in ("gone", "t9", "emptied", "t0")]
    found = asking.confirm(service, asked_for, present=[uid("t5")])
    assert [one.verdict for one in found] == [GONE, STILL, GONE, STILL]
    pages = [r.query.get("before_id") for r in service.requests if r.path == PATH]
    assert pages == [None, *map(uid, ("t2", "t5", "t8", "emptied"))]
    asked = [r.path.removeprefix(f"{PATH}/") for r in service.requests if r.path != PATH]
    assert asked == [uid("t5"), uid("gone"), uid("emptied")]
    assert {r.authorization for r in service.requests} == {KEY}


def test_what_is_listed_on_the_last_page_only_is_still_there(
    service: Service, asking: Asking
) -> None:
    def hides(request: Request, honest: Reply) -> Reply:
        missing = as_json(404, {"error": "not found"})
        return missing if request.path.endswith(uid("t9")) else honest

    service.lie = hides
    assert asking.one(service, uid("t9")) == (STILL, "listed")


@pytest.mark.parametrize(
    "spelled", [uid("t9").upper(), uid("t9").replace("-", ""), uid("t9").replace("-", "_")]
)
def test_what_is_listed_in_another_spelling_is_still_there(
    service: Service, asking: Asking, spelled: str
) -> None:
    """An inventory may write ids otherwise than the API, which has none that is called so."""
    assert asking.one(service, spelled) == (STILL, "listed")


def test_what_is_shown_by_its_id_only_is_still_there(service: Service, asking: Asking) -> None:
    def shows(request: Request, honest: Reply) -> Reply:
        there = as_json(200, {"id": uid("hidden"), **THERE})
        return there if request.path.endswith(uid("hidden")) else honest

    service.lie = shows
    assert asking.one(service, uid("hidden")) == (STILL, "by_id")


def _on_page(number: int, reply: Reply) -> Any:
    """Honest but for one page of the list."""
    seen = [0]

    def lie(request: Request, honest: Reply) -> Reply:
        if request.path != PATH:
            return honest
        seen[0] += 1
        return reply if seen[0] >= number else honest

    return lie


def _page(*names: Any, **details: Any) -> Reply:
    told = {"result_count": len(names), "limit": 3, "prev_url": None, **details}
    return as_json(200, {"page_details": told, "transcripts": [{"id": name} for name in names]})


@pytest.mark.parametrize("number", [1, 2, 4])
@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (as_json(500, {}), "list_status_500"),
        (as_json(404, {"error": "not found"}), "list_status_404"),
        (as_json(302, {}), "list_status_302"),
        ((200, {}, b"<html>all is well</html>"), "list_no_json"),
        ((200, {}, b"[]"), "list_no_json"),
        ((200, {}, b"\xff\xfe"), "list_no_json"),
        ((200, {}, b"[" * 100_000), "list_no_json"),
        (as_json(200, {}), "list_no_page"),
        (as_json(200, {"transcripts": []}), "list_no_page"),
        (as_json(200, {"transcripts": {}, "page_details": {"result_count": 0}}), "list_no_page"),
        (as_json(200, {"transcripts": [1], "page_details": {"result_count": 1}}), "list_no_page"),
        (_page(result_count=3), "list_page_miscounted"),
        (_page("a", "b", result_count=0), "list_page_miscounted"),
        (_page("a", None), "list_page_without_ids"),
        (_page("a", "../b"), "list_page_without_ids"),
        (_page("a", "a"), "list_page_repeated"),
        ((0, {}, b""), "list_RemoteProtocolError"),
        ((200, {"Content-Length": "999"}, b"{}"), "list_RemoteProtocolError"),
    ],
)
def test_a_page_that_is_missing_or_wrong_confirms_nothing(
    service: Service, asking: Asking, number: int, reply: Reply, why: str
) -> None:
    service.lie = _on_page(number, reply)
    if reply[1]:  # says that more comes, and hangs up
        service.lie = _on_page(number, (reply[0], {**reply[1], "Connection": "close"}, reply[2]))
    assert asking.one(service) == (OPEN, why)


def test_a_page_that_comes_again_and_again_ends_the_walk(service: Service, asking: Asking) -> None:
    service.lie = _on_page(2, _page(*map(uid, ("t0", "t1", "t2"))))
    assert asking.one(service) == (OPEN, "list_page_repeated")


def test_a_page_that_says_it_is_the_last_is_not_believed(service: Service, asking: Asking) -> None:
    def last(request: Request, honest: Reply) -> Reply:
        if request.path == PATH and "before_id" not in request.query:
            return _page(*map(uid, ("t0", "t1", "t2")), prev_url=None)
        missing = as_json(404, {"error": "not found"})
        return missing if request.path.endswith(uid("t9")) else honest

    service.lie = last
    assert asking.one(service, uid("t9")) == (STILL, "listed")


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (as_json(404, {}), "status_404"),
        (as_json(400, {"error": "something else"}), "status_400"),
        ((404, {}, b"<html>nginx</html>"), "no_json"),
        (as_json(410, {"error": "gone"}), "status_410"),
        (as_json(200, {**EMPTIED, "id": "another"}), "another_id"),
        (as_json(200, {}), "another_id"),
        (as_json(301, {}), "status_301"),
        (as_json(503, {}), "status_503"),
        ((0, {}, b""), "RemoteProtocolError"),
    ],
)
def test_an_answer_that_says_something_else_confirms_nothing(
    service: Service, asking: Asking, reply: Reply, why: str
) -> None:
    service.lie = lambda request, honest: honest if request.path == PATH else reply
    assert asking.one(service) == (OPEN, why)


def test_an_answer_of_an_earlier_version_confirms(service: Service, asking: Asking) -> None:
    missing = as_json(400, {"error": "Transcript lookup error, transcript id not found"})
    service.lie = lambda request, honest: honest if request.path == PATH else missing
    assert asking.one(service) == (GONE, None)


def test_a_redirect_is_not_followed(service: Service, asking: Asking) -> None:
    elsewhere = (302, {"Location": f"{service.url}/elsewhere"}, b"{}")
    service.lie = lambda request, honest: elsewhere
    assert asking.one(service)[0] is OPEN
    assert {request.path for request in service.requests} == {PATH, f"{PATH}/{uid('gone')}"}


def _throttling(times: int, retry_after: str | None) -> Any:
    left = [times]

    def lie(request: Request, honest: Reply) -> Reply:
        if left[0] == 0:
            return honest
        left[0] -= 1
        return 429, {} if retry_after is None else {"Retry-After": retry_after}, b""

    return lie


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        (format_datetime(NOW + timedelta(seconds=20), usegmt=True), 20.0),
        (format_datetime(NOW - timedelta(seconds=20), usegmt=True), 0.0),
        # Longer than anybody waits, and what is no time at all.
        ("99999999999999999999", 60.0),
        ("soon", 1.0),
        ("-5", 1.0),
        (None, 1.0),
    ],
)
def test_a_throttled_request_waits_as_long_as_it_is_told(
    service: Service, asking: Asking, retry_after: str | None, seconds: float
) -> None:
    service.lie = _throttling(1, retry_after)
    assert asking.one(service) == (GONE, None)
    assert asking.waited == [seconds]


def test_patience_ends(service: Service, asking: Asking) -> None:
    service.lie = lambda request, honest: (429, {"Retry-After": "3"}, b"")
    assert asking.one(service) == (OPEN, "status_429")
    assert asking.waited == [3.0] * 10  # five more tries for the list, and for the one


def test_what_fails_for_a_while_is_asked_again(service: Service, asking: Asking) -> None:
    left = [4]

    def lie(request: Request, honest: Reply) -> Reply:
        left[0] -= 1
        return honest if left[0] < 0 else [as_json(502, {}), (0, {}, b"")][left[0] % 2]

    service.lie = lie
    assert asking.one(service) == (GONE, None)
    assert asking.waited == [1.0, 2.0, 4.0, 8.0]


def test_a_key_that_is_not_let_in_confirms_nothing(service: Service, asking: Asking) -> None:
    assert asking.one(service, key="another") == (OPEN, "status_401")
    assert len(service.requests) == 1


def test_a_control_that_is_not_found_confirms_nothing(service: Service, asking: Asking) -> None:
    assert asking.one(service, present=[uid("t4")]) == (GONE, None)
    for control in (uid("nobody"), "nobody", f"../{uid('t4')}", f"{uid('t4')}?"):
        assert asking.one(service, present=[uid("t4"), control]) == (OPEN, "control_not_found")
    service.transcripts[uid("emptied")] = EMPTIED
    assert asking.one(service, present=[uid("emptied")]) == (OPEN, "control_not_found")


@pytest.mark.parametrize(
    "name",
    [
        *("", "..", "a/b", "a?b", "a%2Fb", "a\nb", "x" * 129, "ä"),
        # What the API never gives is always absent: a name of a file, one group too few or many.
        *(
            "call-17",
            "a.json",
            uid("a")[:-1],
            f"{uid('a')}0",
            uid("a").replace("-", ""),
            uid("a")[9:],
        ),
        *(f"{uid('a')}-1", f"{{{uid('a')}}}", f"urn:uuid:{uid('a')}"),
    ],
)
def test_what_is_no_id_is_not_asked_for(service: Service, asking: Asking, name: str) -> None:
    assert asking.one(service, name) == (OPEN, "no_transcript_id")
    assert {request.path for request in service.requests} == {PATH}


def test_an_endless_answer_ends(
    service: Service, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_MOST_BYTES", 10_000)
    service.lie = lambda request, honest: (200, {}, b" " * 20_000)
    assert asking.one(service) == (OPEN, "too_large")


@pytest.mark.parametrize(
    "left",
    [
        {"text": "Somebody said this."},
        {"words": [{"text": "said", "start": 0}]},
        {"utterances": [{"speaker": "A", "words": [{"text": "said"}]}]},
        {"summary": "They talked."},
        {"chapters": [{"gist": "Money"}]},
        {"entities": [{"entity_type": "person_name", "text": "Ann"}]},
        {"word_boost": ["Ann"]},
        {"keyterms_prompt": ["Ann"]},
        {"something_new": {"deep": [{"inside": "said"}]}},
        {"sentiment": {"my number is four two": 0.9}},
        {"audio_url": "https://example.com/ann.wav"},
    ],
)
def test_a_record_of_which_anything_is_left_is_not_emptied(left: dict[str, Any]) -> None:
    assert is_emptied(EMPTIED)
    assert not is_emptied({**EMPTIED, **left})


def test_a_record_that_merely_has_no_text_is_not_one_that_was_deleted() -> None:
    assert not is_emptied({"id": "x", "status": "queued", "audio_url": None, "text": None})


# TLS as the policy states it: contexts have tests of their own (`tests/transport`).


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_published_versions_are_spoken(
    certificates: tuple[Path, Path], asking: Asking, version: ssl.TLSVersion
) -> None:
    context = server_context(*certificates)
    context.minimum_version = context.maximum_version = version
    with serving(Service(), context) as service:
        assert asking.one(service) == (GONE, None)


@pytest.mark.parametrize("suite", ["ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES256-SHA384"])
def test_a_server_with_other_suites_is_not_spoken_to(
    certificates: tuple[Path, Path], asking: Asking, suite: str
) -> None:
    context = server_context(*certificates)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(suite)
    with serving(Service(), context) as service:
        assert asking.one(service) == (OPEN, "ConnectError")
        assert service.requests == []
        # Nor would an answer be believed that came over one of them.
        willing = client_context(ASYNCHRONOUS)
        willing.set_ciphers(suite)
        assert asking.one(service, context=willing) == (OPEN, "tls_not_published")


def test_whom_nobody_trusts_is_told_no_key(
    service: Service, asking: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, _ = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    assert asking.one(service) == (OPEN, "ConnectError")
    assert service.requests == []


def test_another_host_is_told_no_key(
    asking: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = certificate(tmp_path, "elsewhere.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(elsewhere[0]))
    with serving(Service(), server_context(*elsewhere)) as service:
        assert asking.one(service) == (OPEN, "ConnectError")
        assert service.requests == []


def test_ids_of_earlier_years_are_ids() -> None:
    for one in ("5551722-f677-48a6-9287-39c0aafd9ac1", "rz9yqr7u50-4cf6-4c5e-a2d6-9a6d9f5c5e3a"):
        assert is_given_id(one)


# Time.


def test_a_control_is_asked_for_though_nothing_should_be_gone(
    service: Service, asking: Asking
) -> None:
    with asking.api(service) as api:
        assert confirm(api, [], [uid("t4")]).control_failed is None
        assert confirm(api, [], [uid("nobody")]).control_failed == "control_not_found"
        asked = len(service.requests)
        assert confirm(api, []).control_failed is None
    assert len(service.requests) == asked


def test_after_so_many_seconds_nothing_more_is_asked(service: Service, asking: Asking) -> None:
    ticks = iter(range(1000))
    with asking.api(service, seconds=8.0, ticks=lambda: float(next(ticks))) as api:
        found = confirm(api, [uid(f"gone-{n}") for n in range(9)]).transcripts
    why = [one.why for one in found]
    assert why == [None, None, *["out_of_time"] * 7]
    assert len(service.requests) == 7  # five pages, and two


@pytest.mark.parametrize("seconds", [1.0, 3.0])
def test_a_list_that_is_not_walked_in_time_confirms_nothing(
    service: Service, asking: Asking, seconds: float
) -> None:
    ticks = iter(range(1000))
    with asking.api(service, seconds=seconds, ticks=lambda: float(next(ticks))) as api:
        [found] = confirm(api, [uid("gone")]).transcripts
    assert (found.verdict, found.why) == (OPEN, "out_of_time")
    assert len(service.requests) == seconds - 1


def test_nobody_waits_longer_than_there_is_time(service: Service, asking: Asking) -> None:
    service.lie = lambda request, honest: (429, {"Retry-After": "50"}, b"")
    with asking.api(service, seconds=40.0) as api:
        [found] = confirm(api, [uid("gone")]).transcripts
    assert (found.verdict, found.why) == (OPEN, "out_of_time")
    assert asking.waited == []
    assert len(service.requests) == 1


@pytest.mark.parametrize("where", ["before the answer", "in the answer"])
def test_an_answer_that_does_not_come_to_its_end_is_given_up(
    service: Service, asking: Asking, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However steadily it drips: each byte comes in time."""
    monkeypatch.setattr(client, "_SECONDS_IN_ALL", 0.1)
    monkeypatch.setattr(client, "_MOST_TRIES", 1)
    held = threading.Event()

    def slow(request: Request, honest: Reply) -> Reply:
        if where == "before the answer":
            held.wait(5)
            return honest
        return 200, {"Content-Length": "10"}, b"{"

    service.lie = slow
    began = time.monotonic()
    try:
        assert asking.one(service) == (OPEN, "too_slow")
    finally:
        held.set()
    assert time.monotonic() - began < 3

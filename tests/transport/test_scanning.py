"""What a scan makes of answers, of a server that never was."""

from collections.abc import Callable, Sequence

import pytest

from clearshard.transport.hello import Chosen, Refusal, Unintelligible, Version
from clearshard.transport.probing import Agreed, Closed, Heard, Unanswered
from clearshard.transport.profiles import ASYNCHRONOUS, STREAMING
from clearshard.transport.scanning import Said, VersionFound, assess, scan, tried
from clearshard.transport.suites import names

CODES = {name: code for code, name in names().items()}
OURS = Agreed("TLSv1.3", "TLS_AES_128_GCM_SHA256")


def offering(cells: Sequence[tuple[Version, int | None]], other: Heard) -> Callable[[bytes], Heard]:
    """A server that takes the first of what it is offered, and says `other` to all else."""

    def ask(hello: bytes) -> Heard:
        if hello[2:3] == b"\x01" and hello[0] & 0x80:
            return Chosen(Version.SSL_2, None) if (Version.SSL_2, None) in cells else other
        version = int.from_bytes(hello[9:11], "big")
        if b"\x00\x2b\x00\x03\x02\x03\x04" in hello:
            version = Version.TLS_1_3
        place = 44 + hello[43]
        length = int.from_bytes(hello[place : place + 2], "big")
        offered = [
            int.from_bytes(hello[at : at + 2], "big")
            for at in range(place + 2, place + 2 + length, 2)
        ]
        for one, code in cells:
            if one == version and code in offered:
                return Chosen(one, code)
        return other

    return ask


def scanned(cells: Sequence[tuple[Version, int | None]], other: Heard) -> dict[str, VersionFound]:
    found = scan(offering(cells, other), lambda count: bytes(count), "localhost")
    assert [one.version for one in found] == list(Version)
    return {one.version.label: one for one in found}


PUBLISHED = [
    *((Version.TLS_1_2, CODES[name]) for name in ASYNCHRONOUS.suites["TLSv1.2"]),
    *((Version.TLS_1_3, CODES[name]) for name in ASYNCHRONOUS.suites["TLSv1.3"]),
]


@pytest.mark.parametrize(
    "other", [Refusal("handshake_failure"), Closed(), Unintelligible()], ids=repr
)
def test_a_server_as_published_conforms(other: Heard) -> None:
    found = scanned(PUBLISHED, other)
    assert {label for label, one in found.items() if one.said is Said.OFFERED} == {
        *ASYNCHRONOUS.suites
    }
    assert len(found["TLSv1.2"].suites) == len(tried(Version.TLS_1_2))
    assessed = assess(tuple(found.values()), ASYNCHRONOUS, OURS)
    assert assessed.conforms
    assert (assessed.outside, assessed.missing, assessed.unanswered) == ((), (), 0)
    streaming = assess(tuple(found.values()), STREAMING, OURS)
    assert not streaming.conforms
    assert "TLSv1.2" in streaming.outside


@pytest.mark.parametrize("version", list(Version)[1:4], ids=lambda one: one.label)
@pytest.mark.parametrize("suite", ["RC4-SHA", "DES-CBC3-SHA", "EXP-RC4-MD5", "AES128-SHA"])
def test_what_is_offered_beside_it_is_found(version: Version, suite: str) -> None:
    found = scanned([*PUBLISHED, (version, CODES[suite])], Refusal("handshake_failure"))
    assessed = assess(tuple(found.values()), ASYNCHRONOUS, OURS)
    assert assessed.conforms is False
    assert assessed.outside == (version.label, f"{version.label} {suite}")


def test_a_suite_without_a_name_is_found_by_its_number() -> None:
    found = scanned([*PUBLISHED, (Version.TLS_1_2, 0xC03C)], Closed())
    assert assess(tuple(found.values()), ASYNCHRONOUS, OURS).outside == ("TLSv1.2 0xC03C",)


def test_the_oldest_version_is_found() -> None:
    found = scanned([*PUBLISHED, (Version.SSL_2, None)], Closed())
    assert assess(tuple(found.values()), ASYNCHRONOUS, OURS).outside == ("SSLv2",)


def test_what_is_missing_is_told_and_no_fault() -> None:
    found = scanned(PUBLISHED[1:], Closed())
    assessed = assess(tuple(found.values()), ASYNCHRONOUS, OURS)
    assert assessed.missing == (f"TLSv1.2 {ASYNCHRONOUS.suites['TLSv1.2'][0]}",)
    assert assessed.conforms


def test_what_nobody_answers_is_not_refused() -> None:
    found = scanned(PUBLISHED, Unanswered("too_slow"))
    assert found["SSLv3"].said is Said.UNANSWERED
    assert found["TLSv1.2"].said is Said.OFFERED
    assert found["TLSv1.2"].suites["RC4-SHA"] is Said.UNANSWERED
    assert assess(tuple(found.values()), ASYNCHRONOUS, OURS).conforms is None


def test_it_is_asked_again_what_is_not_answered() -> None:
    times = [0]
    honest = offering(PUBLISHED, Refusal("handshake_failure"))

    def often(hello: bytes) -> Heard:
        times[0] += 1
        return honest(hello) if times[0] % 3 == 0 else Unanswered("ConnectionRefusedError")

    found = scan(often, lambda count: bytes(count), None)
    assert assess(found, ASYNCHRONOUS, OURS).conforms


def test_a_server_that_answers_another_version_or_suite_offers_neither() -> None:
    lower = scan(lambda _: Chosen(Version.TLS_1_0, 0x0005), lambda count: bytes(count), None)
    said = {one.version.label: (one.said, one.why) for one in lower}
    assert said["TLSv1.2"] == (Said.REFUSED, "other_version")
    assert said["TLSv1"][0] is Said.OFFERED
    assert lower[2].offered == ("RC4-SHA",)


@pytest.mark.parametrize("why", ["expired", "other_host", "self_signed", "nothing_in_common"])
def test_without_a_connection_of_our_own_it_does_not_conform(why: str) -> None:
    found = tuple(scanned(PUBLISHED, Closed()).values())
    assert assess(found, ASYNCHRONOUS, why).conforms is False
    assert assess(found, ASYNCHRONOUS, "no_connection_TimeoutError").conforms is None

"""Every version and every suite, one by one, and what that means by the policy.

A version is tried with all suites, some at a time. Where it is taken at all, each suite is tried by
itself, in a connection of its own. What nobody has answered is not called refused.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from clearshard.transport.hello import Chosen, Refusal, Unintelligible, Version, client_hello
from clearshard.transport.probing import NO_CONNECTION, TOO_SLOW, Agreed, Closed, Heard, Unanswered
from clearshard.transport.profiles import Profile
from clearshard.transport.suites import EARLIER, TLS_1_3, name_of

#: Servers refuse long hellos that they would take in parts.
_AT_ONCE = 64
_TRIES = 3
_FRESH_BYTES = 64


class Said(StrEnum):
    """What an endpoint says of a version, or of a suite under it."""

    OFFERED = "offered"
    REFUSED = "refused"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class VersionFound:
    """What an endpoint says of one version.

    Attributes:
        version: Which one.
        said: Of it as a whole.
        why: In one word, where it is not offered.
        suites: What it says of each suite, by name; empty where the version is not offered, for
            then none of them is, and of SSL 2, which names its own.
    """

    version: Version
    said: Said
    why: str | None
    suites: Mapping[str, Said]

    @property
    def offered(self) -> tuple[str, ...]:
        """The suites that it takes."""
        return tuple(name for name, said in self.suites.items() if said is Said.OFFERED)


@dataclass(frozen=True, slots=True)
class Assessed:
    """What a scan means by a profile of the policy.

    Attributes:
        outside: Versions and suites that are offered and not in the policy.
        missing: Those that are in it and not offered.
        unanswered: Of how many versions and suites nobody knows.
        agreed: How a connection of our own came to be, or in one word why it did not.
    """

    outside: tuple[str, ...]
    missing: tuple[str, ...]
    unanswered: int
    agreed: Agreed | str

    @property
    def faults(self) -> tuple[str, ...]:
        """What is not as the policy says, in words; nothing that nobody knows is among it."""
        faults = [f"{what} is offered, and not in the policy" for what in self.outside]
        if isinstance(self.agreed, str) and not self.agreed.startswith(NO_CONNECTION):
            faults.append(f"no connection as the policy says: {self.agreed}")
        return tuple(faults)

    @property
    def conforms(self) -> bool | None:
        """Whether it is as the policy says; None if nobody knows."""
        if self.faults:
            return False
        return None if self.unanswered or isinstance(self.agreed, str) else True


def scan(
    ask: Callable[[bytes], Heard], fresh: Callable[[int], bytes], server_name: str | None
) -> tuple[VersionFound, ...]:
    """Tries every version and every suite.

    Args:
        ask: Says hello on a new connection, and gives the answer.
        fresh: So many bytes that nobody has used before.
        server_name: What a hello calls the endpoint; None: nothing.
    """

    def heard(version: Version, codes: Sequence[int]) -> Heard:
        answer: Heard = Unanswered("")
        for _ in range(_TRIES):
            hello = client_hello(version, tuple(codes), server_name, fresh(_FRESH_BYTES))
            answer = ask(hello)
            # Who was slow once is slow again; a connection that did not come to be may.
            if not isinstance(answer, Unanswered) or answer.why == TOO_SLOW:
                break
        return answer

    return tuple(_version(heard, version) for version in Version)


def tried(version: Version) -> tuple[int, ...]:
    """The suites that are tried under a version."""
    if version is Version.SSL_2:
        return ()
    return TLS_1_3 if version is Version.TLS_1_3 else EARLIER


def _version(heard: Callable[[Version, Sequence[int]], Heard], version: Version) -> VersionFound:
    codes = tried(version)
    said, why = Said.REFUSED, None
    for start in range(0, max(len(codes), 1), _AT_ONCE):
        some = codes[start : start + _AT_ONCE]
        now, word = meaning(heard(version, some), version, some)
        if now is Said.OFFERED:
            said, why = now, None
            break
        if now is Said.UNANSWERED or why is None:
            said, why = now, word
    if said is not Said.OFFERED:
        return VersionFound(version, said, why, {})
    suites = {name_of(c): meaning(heard(version, (c,)), version, (c,))[0] for c in codes}
    return VersionFound(version, said, why, suites)


def meaning(heard: Heard, version: Version, codes: Sequence[int]) -> tuple[Said, str | None]:
    """What an answer says of a version and some suites, and in one word why."""
    match heard:
        case Chosen() if heard.version != version:
            return Said.REFUSED, "other_version"
        case Chosen() if heard.suite is not None and heard.suite not in codes:
            return Said.REFUSED, "other_suite"
        case Chosen():
            return Said.OFFERED, None
        case Refusal():
            return Said.REFUSED, heard.alert
        case Closed():
            return Said.REFUSED, "closed"
        case Unintelligible():
            return Said.REFUSED, "no_tls"
        case Unanswered():
            return Said.UNANSWERED, heard.why


def assess(found: Sequence[VersionFound], profile: Profile, agreed: Agreed | str) -> Assessed:
    """What a scan means by a profile.

    Args:
        found: All versions.
        profile: Of the policy.
        agreed: How a connection of our own came to be, or why it did not.
    """
    offered = {one.version.label: set(one.offered) for one in found}
    outside = []
    for one in found:
        label = one.version.label
        if one.said is Said.OFFERED and label not in profile.suites:
            outside.append(label)
        outside += [f"{label} {name}" for name in one.offered if not profile.allows(label, name)]
    missing = [
        f"{label} {suite}"
        for label, suites in profile.suites.items()
        for suite in suites
        if suite not in offered.get(label, ())
    ]
    unanswered = sum(
        (one.said is Said.UNANSWERED) + sum(s is Said.UNANSWERED for s in one.suites.values())
        for one in found
    )
    return Assessed(tuple(outside), tuple(missing), unanswered, agreed)

"""Numbers of cipher suites: all that a scan tries, and what they are called."""

from collections.abc import Mapping
from functools import cache
from importlib import resources

#: Whatever has been given a number lies in one of these, but for signals that are no suites and
#: numbers that are kept free to be misunderstood (GREASE).
_RANGES = (
    range(0x0001, 0x00C8),
    range(0x1301, 0x1308),
    range(0xC001, 0xC0B6),
    range(0xC100, 0xC107),
    range(0xCC13, 0xCC16),
    range(0xCCA8, 0xCCAF),
    range(0xD001, 0xD006),
)
#: Of TLS 1.3, which has suites of its own: beside its first ones those of China, of Russia, and
#: those that encrypt nothing.
_OF_TLS_1_3 = frozenset((*range(0x1301, 0x1308), 0x00C6, 0x00C7, 0xC0B4, 0xC0B5)) | frozenset(
    range(0xC103, 0xC107)
)
TLS_1_3 = tuple(sorted(_OF_TLS_1_3))
EARLIER = tuple(code for codes in _RANGES for code in codes if code not in _OF_TLS_1_3)


@cache
def names() -> Mapping[int, str]:
    """Names by number, as OpenSSL has them."""
    text = resources.files("clearshard.defaults").joinpath("tls_suites.txt").read_text("ascii")
    rows = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return {int(code, 16): name for code, name in rows}


def name_of(code: int) -> str:
    """What a suite is called; its number where it has no name here."""
    return names().get(code, f"0x{code:04X}")

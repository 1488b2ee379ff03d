"""Bytes → other bytes: what chance and hostile people do to a file of any format."""

import random

#: Between other bytes, each of them means something to some parser.
TOKENS = (
    *(b'"', b"'", b",", b"\n", b"\r\n", b"\\", b"{", b"}", b"[", b"]", b":", b"=", b"#", b"\0"),
    *(b"null", b"true", b"false", b"NaN", b"1e999", b"-1", b"9" * 20, b"9" * 5_000, b"0x1", b"-0"),
    *(b"\xff\xfe", b"\xef\xbb\xbf", b"\xc0\x80", b"\xed\xa0\x80", b"\\ud800", b"\\u0000", b"\x1a"),
    *(b"[" * 2_000, b'{"a":' * 2_000, b"{a=" * 1_000, b"- " * 2_000, b"&a [*a]", b"!!python/none "),
    *(b"2026-99-99", b"2026-01-01T00:00:00Z", b"../../etc/passwd", b"%00", b"=1+1", b"<script>"),
    *(b"PAR1", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\x00" * 64, b"\xff" * 64, b" " * 200),
)


def changed(chance: random.Random, content: bytes, others: tuple[bytes, ...]) -> bytes:
    """The content, changed in one to five places, now and then in many.

    Args:
        chance: What is done, and where.
        content: What is changed.
        others: Of the same format; parts of them are put in.
    """
    made = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5, 30))):
        at = chance.randrange(len(made) + 1)
        match chance.randrange(9):
            case 0 if made:
                made[min(at, len(made) - 1)] = chance.randrange(256)
            case 1 if made:
                made[min(at, len(made) - 1)] ^= 1 << chance.randrange(8)
            case 2:
                made[at:at] = chance.choice(TOKENS)
            case 3:
                token = chance.choice(TOKENS)
                made[at : at + len(token)] = token
            case 4:
                del made[at : at + chance.choice((1, 1, 2, 8, 64, 1_000))]
            case 5:
                size = chance.choice((1, 4, 30, 300))
                made[at:at] = made[at : at + size] * chance.choice((1, 2, 20))
            case 6:
                other = chance.choice(others)
                start = chance.randrange(len(other) + 1)
                made[at : at + chance.choice((0, 20))] = other[
                    start : start + chance.choice((5, 80))
                ]
            case 7:
                del made[at:]
            case _:
                end = min(len(made), at + chance.choice((4, 40)))
                made[at:end] = bytes(chance.sample(made[at:end], end - at))
    return bytes(made)

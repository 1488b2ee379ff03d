"""What happens to values, ids, lines and names of columns on their way.

A value is still meant, and is not where or what it should be.
"""

import random
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from .rows import DAY, FLAGS, NOW, Row, row_of

SPACES = (" ", "\t", "\u00a0", "\u200b", "\ufeff")


def _odd_flag(rng: random.Random, text: str) -> str:
    words = ("yes", "y", "1", "t") if text.lower() == "true" else ("no", "n", "0", "f")
    spaced = (f"{text} ", f" {text}", f"{text}\u200b", f"\ufeff{text}", f"{text}.0")
    return rng.choice((*words, *spaced))


def _odd_time(rng: random.Random, text: str) -> str:
    moment = datetime.fromisoformat(text.upper()).astimezone(UTC)
    return rng.choice(
        (
            moment.strftime("%Y-%m-%dT%H:%M:%S"),
            moment.strftime("%Y-%m-%d"),
            moment.strftime("%d/%m/%Y %H:%M"),
            moment.strftime("%Y%m%dT%H%M%SZ"),
            str(int(moment.timestamp())),
            f"{text} UTC",
            f" {text}",
            f"{text}\u200b",
            text.translate({ord("2"): "\uff12"}),
            moment.strftime("%Y-%m-%dT%H:%M:%S+00"),
        )
    )


def _odd_name(rng: random.Random, text: str) -> str:
    return rng.choice(
        (text.upper(), f"{text} ", f"\u200b{text}", f"{text[:1]}\u00ad{text[1:]}", f'"{text}"')
    )


def _odd_number(rng: random.Random, text: str) -> str:
    return rng.choice(
        (f"{text}.0", f" {text}", f"{text}s", f"{int(text):,}", f"{text}e0", f"+{text}")
    )


_Change = Callable[[random.Random, str], str]
FILE_CELLS: dict[str, _Change] = {
    "submitted_at": _odd_time,
    "deletion_requested_at": _odd_time,
    "expires_at": _odd_time,
    "region": _odd_name,
    "product": _odd_name,
    "gateway_provider": _odd_name,
}
ACCOUNT_CELLS: dict[str, _Change] = {
    **dict.fromkeys(FLAGS, _odd_flag),
    **dict.fromkeys(("exported_at", "baa_executed_at", "opted_out_at"), _odd_time),
    "ttl_seconds": _odd_number,
}
_NULLS = ("null", "NULL", "None", "NaN", "\\N", "-", "n/a", " ", "\u200b")


def change_cells(rng: random.Random, rows: Iterable[Row], changes: Mapping[str, _Change]) -> None:
    for row in rows:
        if rng.random() > 0.12:
            continue
        name = rng.choice(sorted(changes))
        text = row.text[name]
        if text is None:
            row.text[name] = rng.choice(_NULLS)
            row.kinds.add(f"null:{name}")
        else:
            row.text[name] = changes[name](rng, text)
            row.kinds.add(f"spelling:{name}")


def fold_id(rng: random.Random, rows: list[Row], row: Row) -> None:
    """Another row of an account under an id that only looks like it, with another word."""
    folded = _other_spelling(rng, row.meant["account_id"])
    other = {**row.meant, "account_id": folded, "opted_out": True}
    rows.append(Row(other, row_of(rng, other).text, {"id_fold"}))
    row.kinds.add("id_fold")


def fold_file(rng: random.Random, rows: list[Row], row: Row) -> None:
    """A deletion of a file that is asked for under an id that only looks like its own."""
    other = {
        **row.meant,
        "file_id": _other_spelling(rng, row.meant["file_id"]),
        "transcript_uri": f"folded/{len(rows)}.json",
        "deletion_requested_at": NOW - DAY,
    }
    rows.append(Row(other, row_of(rng, other).text, {"id_fold", "second_word"}))
    row.kinds.add("id_fold")


def _other_spelling(rng: random.Random, name: str) -> str:
    space = rng.choice([s for s in SPACES if s != "\t"])
    return rng.choice(
        (name.upper(), f"{name}{space}", f"{space}{name}", name.replace("-", "\u200b-"))
    )


#: What can happen to one line, by what is put where.
DAMAGES = ("quote", "comma", "cut", "not_utf_8", "nul", "line_break", "backslash", "twice", "nan")
#: And to a table; those below must be refused as a whole.
REFUSED = (
    "misspelled_column",
    "missing_column",
    "column_twice",
    "nested_column",
    "utf_16",
    "semicolons",
    "stray_quote",
    "cut_file",
    "wrong_suffix",
)
TABLE_KINDS = {*REFUSED, "joined_files", "byte_order_mark_within", "spaces_behind_commas"}


#: Everything that can happen, as a tally of it is called.
KINDS = {
    *TABLE_KINDS,
    *(f"file, damage:{damage}" for damage in DAMAGES),
    *(f"account, damage:{damage}" for damage in DAMAGES),
    *(f"file, spelling:{name}" for name in FILE_CELLS),
    *(f"account, spelling:{name}" for name in ACCOUNT_CELLS),
    "account, id_fold",
    "file, id_fold",
    "account, null:account_id",
    "file, null:account_id",
    "file, null:file_id",
}


def nobody(row: Row, name: str) -> None:
    """A row that says whatever it says of nobody: its id is not there."""
    row.text[name] = None
    row.kinds.add(f"null:{name}")


def misspelled(rng: random.Random, name: str) -> str:
    first, *rest = name.split("_")
    at = rng.randrange(1, len(name) - 1)
    apart = name.replace("_", rng.choice(("-", " ", ".", "__", "\u200b", "\u00a0")))
    joined = first + "".join(word.title() for word in rest)
    return rng.choice(
        (
            joined if joined != name else name.title(),
            apart if apart != name else f"{name} ",
            name.upper(),
            name + rng.choice(SPACES),
            rng.choice(SPACES) + name,
            "".join(chr(ord(letter) + 0xFEE0) for letter in name),
            name[:at] + name[at + 1 :],
            name[:at] + name[at] + name[at:],
            name[:at] + "\u0301" + name[at:],
            f"'{name}'",
        )
    )


def damaged_line(rng: random.Random, line: bytes, row: Row, *, is_json: bool) -> bytes:
    """A line with what happened to it; a letter or digit never becomes another one."""
    if row.damage is None:
        return line
    at = rng.randrange(len(line) + 1)
    quoted, escaped = b'"' in line, b"\\" in line
    match row.damage:
        # Nobody can see that the last value of a line of CSV was longer.
        case "cut":
            damaged = line[: at if is_json else rng.randrange(max(1, line.rfind(b",") + 1))]
        # Within quotes it would be a letter like others.
        case "comma" if not is_json and not quoted:
            damaged = line[:at] + b"," + line[at:]
        case "twice" if is_json:
            name = rng.choice(sorted(row.meant))
            damaged = line[:-1] + b', "%b": "false"}' % name.encode()
        case "nan" if is_json:
            damaged = line[:-1] + b', "cost": NaN}'
        # Before another it would make a letter of it.
        case "backslash" if is_json and not escaped:
            damaged = line[:at] + b"\\" + line[at:]
        case "line_break":
            damaged = line[:at] + rng.choice((b"\n", b"\r\n", b"\r")) + line[at:]
        case "not_utf_8":
            damaged = line[:at] + rng.choice((b"\xff", b"\xc3", b"\xed\xa0\x80")) + line[at:]
        case "nul":
            damaged = line[:at] + rng.choice((b"\x00", b"\x1a", b"\x1b")) + line[at:]
        case _:
            damaged = line[:at] + b'"' + line[at:]
    row.kinds.add(f"damage:{row.damage}")
    return damaged

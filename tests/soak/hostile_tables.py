"""Registries and manifests as the world sends them, and what the policy says of their files.

A table is made from what its exporter meant: plain values, one dictionary a row. How it is written
is a matter of chance: format, encoding, order, types, quoting, spelling. Where nothing was done to
it that makes a row or a table less than well-formed, the gate must admit exactly the files that the
policy admits; where something was, no others.
"""

import csv
import gzip
import io
import json
import random
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
_DAY = timedelta(days=1)
#: By so much the clock of an exporter may be ahead.
_SKEW = timedelta(minutes=5)
FILE_COLUMNS = (
    "file_id",
    "account_id",
    "product",
    "region",
    "submitted_at",
    "transcript_uri",
    "deletion_requested_at",
    "expires_at",
    "gateway_provider",
)
ACCOUNT_COLUMNS = (
    "account_id",
    "training_permitted",
    "baa_executed",
    "opted_out",
    "exported_at",
    "baa_executed_at",
    "opted_out_at",
    "ttl_seconds",
)
_FLAGS = ("training_permitted", "baa_executed", "opted_out")
_OPTIONAL = (*FILE_COLUMNS[6:], *ACCOUNT_COLUMNS[5:])
#: Columns of a warehouse, of no use here, and what can stand in them.
_OTHERS = ("note", "file_size", "account_name", "created_at", "exported_by", "labels")
_NOTES = (
    "",
    "x",
    "a, b",
    'say "hi"',
    "a\u2028b",
    "\x0b\x0c\x1c",
    "caf\u00e9",
    "\U0001f600 ; \t|",
    "'",
)


def admitted(files: Sequence[Mapping[str, Any]], accounts: Sequence[Mapping[str, Any]]) -> set[str]:
    """The files that the published policy admits, by their ids: its sentences in plain Python."""
    ids = Counter(_looks_like(file["file_id"]) for file in files)
    uris = Counter(file["transcript_uri"] for file in files)
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for account in accounts:
        rows.setdefault(_looks_like(account["account_id"]), []).append(account)

    def permits(a: Mapping[str, Any]) -> bool:
        contract = a["training_permitted"] is True
        apart = a["baa_executed"] is False and a["opted_out"] is False
        undated = a["baa_executed_at"] is None and a["opted_out_at"] is None
        return contract and apart and undated

    def admits(f: Mapping[str, Any]) -> bool:
        mine = rows.get(_looks_like(f["account_id"]), [])
        named = {a["account_id"] for a in mine} == {f["account_id"]}
        ttls = {a["ttl_seconds"] for a in mine}
        exports = [a["exported_at"] for a in mine]
        fresh = named and None not in exports and -_SKEW <= NOW - min(exports) <= 7 * _DAY
        once = ids[_looks_like(f["file_id"])] == uris[f["transcript_uri"]] == 1
        american = f["region"] == "us" and f["product"] in ("async", "streaming", "llm_gateway")
        sent = f["submitted_at"] is not None and f["submitted_at"] <= NOW + _SKEW
        kept = f["deletion_requested_at"] is None and (f["expires_at"] or NOW + _DAY) > NOW
        provider = f["gateway_provider"] in ("anthropic", "google", "openai")
        if not (once and fresh and all(map(permits, mine)) and len(ttls) == 1):
            return False
        ttl = next(iter(ttls))
        lives = ttl is None or (sent and f["submitted_at"] + timedelta(seconds=ttl) > NOW)
        return american and sent and kept and lives and (f["product"] != "llm_gateway" or provider)

    return {file["file_id"] for file in files if admits(file)}


def _looks_like(name: str) -> str:
    """What is left of an id for who cannot see blanks, marks of direction or capitals."""
    seen = (c for c in unicodedata.normalize("NFKC", name).casefold() if not c.isspace())
    return "".join(c for c in seen if unicodedata.category(c) != "Cf")


#: What can happen to a line so that even its id cannot be told.
_LOSES_ID = ("comma", "cut", "not_utf_8", "line_break", "backslash", "twice")


@dataclass
class Row:
    """One row: what was meant, and how it is written.

    Attributes:
        meant: Flags, times and numbers as such; None is "not there".
        text: The same as text, which hostility changes.
        kinds: What was done to it that is not well-formed.
        damage: What was done to its line.
    """

    meant: dict[str, Any]
    text: dict[str, str | None]
    kinds: set[str] = field(default_factory=set)
    damage: str | None = None

    @property
    def is_lost(self) -> bool:
        """Whether it is the second word about a file, and nobody can tell which any more."""
        return "second_word" in self.kinds and self.damage in _LOSES_ID


@dataclass
class Hostile:
    """A manifest and a registry on disk.

    Attributes:
        kinds: What was done to a table as a whole that is not well-formed.
    """

    manifest: Path
    registry: Path
    files: list[Row]
    accounts: list[Row]
    kinds: set[str]

    @property
    def is_well_formed(self) -> bool:
        """Whether the gate must admit everything that the policy admits."""
        return not self.kinds and not any(row.kinds for row in (*self.files, *self.accounts))


def make_tables(folder: Path, seed: int, size: int) -> Hostile:
    """Two tables made by chance; the same for the same seed.

    Args:
        folder: Where they are written.
        seed: Of chance.
        size: Number of files; of accounts there are fewer.
    """
    rng = random.Random(seed)
    hostile = rng.random() < 0.6
    accounts = _accounts(rng, max(3, size // 8), hostile)
    files = _files(rng, size, [row.meant["account_id"] for row in accounts], hostile)
    kinds: set[str] = set()
    paths = []
    for name, columns, rows in (
        ("files", FILE_COLUMNS, files),
        ("accounts", ACCOUNT_COLUMNS, accounts),
    ):
        kind = rng.choice(sorted(_TABLE_KINDS)) if hostile and rng.random() < 0.12 else None
        path, done = _write(rng, folder, name, columns, rows, kind)
        paths.append(path)
        kinds |= done
    return Hostile(paths[0], paths[1], files, accounts, kinds)


# What is meant.


def _some_time(rng: random.Random, first: float, last: float) -> datetime:
    """A time so many days before (or, if negative, after) now, in whole milliseconds."""
    return NOW - timedelta(milliseconds=round(rng.uniform(first, last) * 86_400_000))


def _accounts(rng: random.Random, count: int, hostile: bool) -> list[Row]:
    rows = []
    for number in range(count):
        executed, out = rng.random() < 0.08, rng.random() < 0.1
        meant: dict[str, Any] = {
            "account_id": _id(rng, "acct", number),
            "training_permitted": rng.choices((True, False, None), (20, 1, 1))[0],
            "baa_executed": rng.choices((executed, None), (40, 1))[0],
            "opted_out": rng.choices((out, None), (40, 1))[0],
            "exported_at": _some_time(rng, 0.001, 7.3 if rng.random() < 0.2 else 6.9),
            "baa_executed_at": _some_time(rng, 9, 900) if executed and rng.random() < 0.5 else None,
            "opted_out_at": _some_time(rng, 9, 900) if out and rng.random() < 0.5 else None,
            "ttl_seconds": rng.choices((None, 3600, 30 * 86_400, 0), (20, 1, 4, 0.2))[0],
        }
        if rng.random() < 0.02:
            meant["exported_at"] = rng.choice(
                (None, NOW + _SKEW, NOW + 2 * _SKEW, NOW + 999 * _DAY)
            )
        rows.append(_row(rng, meant))
        if rng.random() < 0.06:  # the same once more, maybe exported at another time
            again = {**meant, "exported_at": _some_time(rng, 0.001, 6.9)}
            rows.append(_row(rng, again))
        if rng.random() < 0.06:  # another word about the same account
            other = {**meant, rng.choice(_FLAGS): rng.choice((True, False, None))}
            rows.append(_row(rng, other))
    # So that the registry as a whole is not too old to be read.
    rows[0].meant["exported_at"] = NOW - timedelta(hours=1)
    rows[0] = _row(rng, rows[0].meant)
    rng.shuffle(rows)
    if hostile:
        _change_cells(rng, rows, _ACCOUNT_CELLS)
        for row in list(rows):
            if rng.random() < 0.02:
                _fold_id(rng, rows, row)
        if rng.random() < 0.3:
            rng.choice(rows).damage = rng.choice(_DAMAGES)
    return rows


def _files(rng: random.Random, count: int, account_ids: list[str], hostile: bool) -> list[Row]:
    rows = []
    for number in range(count):
        product = rng.choice(("async", "async", "streaming", "llm_gateway"))
        submitted = _some_time(rng, 0.01, 60)
        meant: dict[str, Any] = {
            "file_id": _id(rng, "call", number),
            "account_id": rng.choice(account_ids) if rng.random() < 0.97 else "acct-nobody",
            "product": rng.choices((product, None), (60, 1))[0],
            "region": rng.choices(("us", "eu", None), (12, 2, 0.2))[0],
            "submitted_at": rng.choices((submitted, None, NOW + _DAY, NOW + _SKEW), (60, 1, 1, 1))[
                0
            ],
            "transcript_uri": f"2026/{number}/{rng.choice(('a', 'part, 2', 'ü'))}.json",
            "deletion_requested_at": _some_time(rng, -2, 30) if rng.random() < 0.06 else None,
            "expires_at": _some_time(rng, -60, 10) if rng.random() < 0.15 else None,
            "gateway_provider": rng.choices(
                ("openai", "anthropic", "google", "elsewhere", None), (4, 4, 4, 1, 1)
            )[0],
        }
        rows.append(_row(rng, meant))
        if rng.random() < 0.02:  # a second word about the same file, or the same transcript
            same = "file_id" if rng.random() < 0.5 else "transcript_uri"
            other = {
                **meant,
                "file_id": f"again-{number}",
                "transcript_uri": f"again/{number}.json",
            }
            rows.append(_row(rng, {**other, same: meant[same]}))
    if hostile:
        for row in list(rows):
            if rng.random() < 0.02:
                _fold_file(rng, rows, row)
    rng.shuffle(rows)
    if hostile:
        _change_cells(rng, rows, _FILE_CELLS)
        ids = Counter(row.meant["file_id"] for row in rows)
        uris = Counter(row.meant["transcript_uri"] for row in rows)
        for row in rows:
            # Of a row that nobody can name, nobody knows that it was the second word about a file.
            alone = ids[row.meant["file_id"]] == uris[row.meant["transcript_uri"]] == 1
            if alone and rng.random() < 0.01:
                row.damage = rng.choice(_DAMAGES)
    return rows


def _id(rng: random.Random, what: str, number: int) -> str:
    odd = rng.choices(
        ("{}-{}", "{}-{}, x", "{}-{}é", "{} {}", "{}/\U0001f600/{}"), (40, 1, 1, 1, 1)
    )
    return odd[0].format(what, number)


# How it is written, well-formed.


def _row(rng: random.Random, meant: dict[str, Any]) -> Row:
    return Row(meant, {name: _text(rng, value) for name, value in meant.items()})


def _text(rng: random.Random, value: object) -> str | None:
    if isinstance(value, bool):
        return rng.choice((str(value).lower(),) * 6 + (str(value), str(value).upper()))
    if isinstance(value, datetime):
        return _rfc_3339(rng, value)
    return None if value is None else str(value)


def _rfc_3339(rng: random.Random, moment: datetime) -> str:
    way = rng.randrange(8)
    if way == 0:
        offset = timezone(timedelta(minutes=rng.choice((-570, -60, 0, 330, 840))))
        return moment.astimezone(offset).isoformat()
    if way == 1:
        return moment.isoformat().replace("T", rng.choice(" t")).replace("+00:00", "z")
    return moment.isoformat().replace("+00:00", "Z")


# How it is written otherwise: the value is still meant, and is not where or what it should be.

_SPACES = (" ", "\t", "\u00a0", "\u200b", "\ufeff")


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


_QUOTINGS: tuple[Literal[0, 1, 2], ...] = (
    csv.QUOTE_MINIMAL,
    csv.QUOTE_MINIMAL,
    csv.QUOTE_ALL,
    csv.QUOTE_NONNUMERIC,
)
_Change = Callable[[random.Random, str], str]
_FILE_CELLS: dict[str, _Change] = {
    "submitted_at": _odd_time,
    "deletion_requested_at": _odd_time,
    "expires_at": _odd_time,
    "region": _odd_name,
    "product": _odd_name,
    "gateway_provider": _odd_name,
}
_ACCOUNT_CELLS: dict[str, _Change] = {
    **dict.fromkeys(_FLAGS, _odd_flag),
    **dict.fromkeys(("exported_at", "baa_executed_at", "opted_out_at"), _odd_time),
    "ttl_seconds": _odd_number,
}
_NULLS = ("null", "NULL", "None", "NaN", "\\N", "-", "n/a", " ", "\u200b")


def _change_cells(rng: random.Random, rows: Iterable[Row], changes: Mapping[str, _Change]) -> None:
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


def _fold_id(rng: random.Random, rows: list[Row], row: Row) -> None:
    """Another row of an account under an id that only looks like it, with another word."""
    folded = _other_spelling(rng, row.meant["account_id"])
    other = {**row.meant, "account_id": folded, "opted_out": True}
    rows.append(Row(other, _row(rng, other).text, {"id_fold"}))
    row.kinds.add("id_fold")


def _fold_file(rng: random.Random, rows: list[Row], row: Row) -> None:
    """A deletion of a file that is asked for under an id that only looks like its own."""
    other = {
        **row.meant,
        "file_id": _other_spelling(rng, row.meant["file_id"]),
        "transcript_uri": f"folded/{len(rows)}.json",
        "deletion_requested_at": NOW - _DAY,
    }
    rows.append(Row(other, _row(rng, other).text, {"id_fold", "second_word"}))
    row.kinds.add("id_fold")


def _other_spelling(rng: random.Random, name: str) -> str:
    space = rng.choice([s for s in _SPACES if s != "\t"])
    return rng.choice(
        (name.upper(), f"{name}{space}", f"{space}{name}", name.replace("-", "\u200b-"))
    )


#: What can happen to one line, by what is put where.
_DAMAGES = ("quote", "comma", "cut", "not_utf_8", "nul", "line_break", "backslash", "twice", "nan")
#: And to a table; those below must be refused as a whole.
_REFUSED = (
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
_ALL_FORMS = ("csv", "csv", "jsonl", "jsonl.gz", "jsonl.zst", "parquet")
#: Where that cannot happen to every format.
_FORMS = {
    **dict.fromkeys(("semicolons", "stray_quote", "joined_files"), ("csv",)),
    **dict.fromkeys(("byte_order_mark_within", "spaces_behind_commas"), ("csv",)),
    "utf_16": ("csv", "jsonl"),
    "column_twice": ("csv", "parquet"),
    "nested_column": ("jsonl", "parquet"),
    "cut_file": ("jsonl.gz", "jsonl.zst", "parquet"),
}
_TABLE_KINDS = {*_REFUSED, "joined_files", "byte_order_mark_within", "spaces_behind_commas"}


#: Everything that can happen, as a tally of it is called.
KINDS = {
    *_TABLE_KINDS,
    *(f"file, damage:{damage}" for damage in _DAMAGES),
    *(f"account, damage:{damage}" for damage in _DAMAGES),
    *(f"file, spelling:{name}" for name in _FILE_CELLS),
    *(f"account, spelling:{name}" for name in _ACCOUNT_CELLS),
    "account, id_fold",
    "file, id_fold",
}


def must_be_refused(kinds: Iterable[str]) -> bool:
    """Whether one of these things happened to a table that leave nothing of it to decide on."""
    return any(kind in _REFUSED for kind in kinds)


def _misspelled(rng: random.Random, name: str) -> str:
    first, *rest = name.split("_")
    at = rng.randrange(1, len(name) - 1)
    apart = name.replace("_", rng.choice(("-", " ", ".", "__", "\u200b", "\u00a0")))
    joined = first + "".join(word.title() for word in rest)
    return rng.choice(
        (
            joined if joined != name else name.title(),
            apart if apart != name else f"{name} ",
            name.upper(),
            name + rng.choice(_SPACES),
            rng.choice(_SPACES) + name,
            "".join(chr(ord(letter) + 0xFEE0) for letter in name),
            name[:at] + name[at + 1 :],
            name[:at] + name[at] + name[at:],
            name[:at] + "\u0301" + name[at:],
            f"'{name}'",
        )
    )


# Writing.


def _write(
    rng: random.Random,
    folder: Path,
    name: str,
    columns: tuple[str, ...],
    rows: list[Row],
    kind: str | None,
) -> tuple[Path, set[str]]:
    form = rng.choice(_FORMS.get(kind or "", _ALL_FORMS))
    is_clean = not any(row.kinds for row in rows)
    order = [*columns]
    # An optional column that says nothing may as well be left out.
    for column in _OPTIONAL:
        if column in order and not any(row.text[column] for row in rows) and rng.random() < 0.5:
            order.remove(column)
    order += rng.sample(_OTHERS, rng.randrange(3))
    rng.shuffle(order)
    called = {column: column for column in order}
    if kind in ("misspelled_column", "missing_column"):
        optional = kind == "misspelled_column" and rng.random() < 0.8
        column = rng.choice(
            [c for c in columns if c in order and (c in _OPTIONAL) == optional] or [columns[0]]
        )
        called[column] = "other" if kind == "missing_column" else _misspelled(rng, column)
    for row in rows:
        for column in order:
            if column not in row.text:
                row.text[column] = rng.choice(_NOTES)
    path = folder / f"{name}.{form}"
    if form == "parquet":
        done = _write_parquet(rng, path, called, rows, kind, typed=is_clean and rng.random() < 0.6)
    elif form == "csv":
        done = _write_csv(rng, path, called, rows, kind)
    else:
        done = _write_json(rng, path, called, rows, kind)
    if kind == "wrong_suffix":
        path = path.rename(path.with_suffix(".txt"))
        done = {kind}
    return path, done


def _write_csv(
    rng: random.Random, path: Path, called: dict[str, str], rows: list[Row], kind: str | None
) -> set[str]:
    delimiter = ";" if kind == "semicolons" else ","
    quoting = rng.choice(_QUOTINGS)
    end = rng.choice((b"\n", b"\n", b"\r\n", b"\r"))
    names = [*called.values()]
    if kind == "column_twice":
        names.append(rng.choice([name for name in called if name not in _OTHERS]))

    def line(cells: Sequence[str | None]) -> bytes:
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="").writerow(cells)
        return out.getvalue().encode("utf-8", "surrogatepass")

    lines = [line(names)]
    for row in rows:
        cells: list[str | None] = [row.text[name] for name in called]
        cells += [""] * (len(names) - len(cells))
        lines.append(_damaged(rng, line(cells), row, is_json=False))
    done = (
        {kind}
        if kind in ("semicolons", "column_twice", "misspelled_column", "missing_column")
        else set()
    )
    if kind == "stray_quote" and len(lines) > 2:
        at = rng.randrange(1, len(lines) - 1)
        lines[at] = b'"' + lines[at].replace(b'"', b"")
        done = {kind}
    if kind == "joined_files":
        at = rng.randrange(1, len(lines) + 1)
        lines[at:at] = lines[:1]
        done = {kind}
    if kind == "byte_order_mark_within":
        at = rng.randrange(1, len(lines))
        lines[at] = b"\xef\xbb\xbf" + lines[at]
        done = {kind}
    if kind == "spaces_behind_commas":
        lines = [part.replace(b",", b", ") for part in lines]
        done = {kind}
    content = end.join(lines) + (end if rng.random() < 0.8 else b"")
    if rng.random() < 0.1:
        content = content.replace(end, end + end) if rng.random() < 0.5 else content + end * 3
    if kind == "utf_16":
        content = content.decode("utf-8", "replace").encode(
            rng.choice(("utf-16", "utf-16-le", "utf-16-be"))
        )
        done = {kind}
    elif rng.random() < 0.2:
        content = b"\xef\xbb\xbf" + content
    path.write_bytes(content)
    return done


def _write_json(
    rng: random.Random, path: Path, called: dict[str, str], rows: list[Row], kind: str | None
) -> set[str]:
    ascii_only, sparse, typed = (rng.random() < 0.5 for _ in range(3))
    sparse = sparse and kind is None
    done = {kind} if kind in ("misspelled_column", "missing_column") else set()
    lines = []
    for row in rows:
        value: dict[str, Any] = {}
        for column, name in called.items():
            text = row.text[column]
            if text is None and sparse:
                continue
            value[name] = _typed(text, column) if typed else text
        if kind == "nested_column" and rng.random() < 0.5:
            optional = [c for c in called if c in _OPTIONAL]
            value["extra"] = {"deep": [{(optional or ["expires_at"])[0]: "x"}]}
            if optional:
                done = {kind}
        if rng.random() < 0.3:
            value = dict(sorted(value.items(), key=lambda _: rng.random()))
        line = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
        lines.append(_damaged(rng, line, row, is_json=True))
    end = rng.choice((b"\n", b"\r\n", b" \n\n"))
    content = end.join(lines) + (end if rng.random() < 0.8 else b"")
    if kind == "utf_16":
        content = content.decode("utf-8", "replace").encode("utf-16")
        done = {kind}
    if path.suffix == ".gz":
        content = gzip.compress(content, 1)
    elif path.suffix == ".zst":
        content = zstandard.compress(content, 1)
    if kind == "cut_file" and path.suffix != ".jsonl":
        content = content[: -rng.randrange(1, max(2, len(content) // 2))]
        done = {kind}
    path.write_bytes(content)
    return done


def _typed(text: str | None, column: str) -> object:
    if column in _FLAGS and text in ("true", "false"):
        return text == "true"
    if column == "ttl_seconds" and text is not None and text.isascii() and text.isdigit():
        return int(text)
    return text


def _write_parquet(
    rng: random.Random,
    path: Path,
    called: dict[str, str],
    rows: list[Row],
    kind: str | None,
    *,
    typed: bool,
) -> set[str]:
    string = rng.choice((pa.string(), pa.large_string(), pa.string_view()))
    arrays = []
    for column in called:
        values = [row.meant.get(column) if typed else row.text[column] for row in rows]
        if typed and column in (*_FLAGS, "ttl_seconds"):
            array = pa.array(values, pa.bool_() if column in _FLAGS else pa.int64())
        elif typed and column in (*FILE_COLUMNS, *ACCOUNT_COLUMNS) and column.endswith("_at"):
            array = pa.array(values, pa.timestamp(rng.choice(("ms", "us", "ns")), tz="UTC"))
        else:
            array = pa.array(values, pa.string())
            array = array.dictionary_encode() if rng.random() < 0.2 else array.cast(string)
        arrays.append(array)
    names = [*called.values()]
    done = {kind} if kind in ("misspelled_column", "missing_column", "column_twice") else set()
    if kind == "column_twice":
        names.append(next(name for name in names if name not in _OTHERS))
        arrays.append(arrays[names.index(names[-1])])
    if kind == "nested_column":
        names.append("extra")
        arrays.append(pa.array([{"deep": [{"expires_at": "x", "ttl_seconds": "y"}]}] * len(rows)))
        done = {kind}
    table = pa.Table.from_arrays(arrays, names)
    pq.write_table(table, path, row_group_size=rng.choice((7, 1000, 100_000)))
    if kind == "cut_file":
        path.write_bytes(path.read_bytes()[: -rng.randrange(1, 40)])
        done = {kind}
    return done


def _damaged(rng: random.Random, line: bytes, row: Row, *, is_json: bool) -> bytes:
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

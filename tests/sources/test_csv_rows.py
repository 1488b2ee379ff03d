"""Rows of CSV: bad ones are marked, none is lost, and no quote swallows one."""

from pathlib import Path

import pytest

from clearshard.errors import SourceUnavailable
from clearshard.sources import csv_rows
from clearshard.sources.registry import FileRegistry

from .tables import ACCOUNTS, GOOD, HEADER, Rows, failure_of, fine, malformed, rows_of


def _csv_rows(tmp_path: Path, body: bytes) -> Rows:
    path = tmp_path / "files.csv"
    path.write_bytes(HEADER.encode() + b"\n" + body)
    return rows_of(path)


@pytest.mark.parametrize(
    ("row", "keys"),
    [
        (b"f2,a,async\n", ["f2"]),
        (b"f2,a,async,us,2026-01-01T00:00:00Z,u.json,,,,,,\n", ["f2"]),
        (b",a,async,us,2026-01-01T00:00:00Z,u.json,,,\n", [None]),
        (b"f2,\xff,async,us,2026-01-01T00:00:00Z,u.json,,,\n", ["f2"]),
        (b"f2,a,as\xc3ync,us,2026-01-01T00:00:00Z,u.json,,,\n", ["f2"]),
        (b"f2,a,async,us,2026-01-01T00:00:00Z,caf\xe9.json,,,\n", ["f2"]),
        # What is left of an id without what cannot be read or shown in it.
        (b"f\xff,a,async,us,2026-01-01T00:00:00Z,u.json,,,\n", ["f"]),
        (b"f2,\xff,async\n", ["f2"]),
        (b"\xff,a,async\n", [None]),
        (b"f2\x1b[1m,a,async,us,2026-01-01T00:00:00Z,u.json,,,\n", ["f2[1m"]),
        (b"f2\x00,a,async,us,2026-01-01T00:00:00Z,u.json,,,\n", ["f2"]),
        (b"\x00\t,a,async,us,2026-01-01T00:00:00Z,u.json,,,\n", [None]),
        (b"x" * 1025 + b",a,async,us,2026-01-01T00:00:00Z,u.json,,,\n", [None]),
        (b"f2,a,async,us,2026-01-01T00:00:00Z,u.json,,,,x\n", ["f2"]),
        # A quote within a value, or text behind one, is nothing that a table of facts has.
        (b'f2,a,async,us,2026-01-01T00:00:00Z,u".json,,,\n', ["f2"]),
        (b'"f"2,"a",async,"us"x",2026-01-01T00:00:00Z,u.json,,,\n', ["f2"]),
        (b'f2,a,"asy"nc,us,2026-01-01T00:00:00Z,u.json,,,\n', ["f2"]),
        (b'f2,a,async,"us" ,2026-01-01T00:00:00Z,u.json,,,\n', ["f2"]),
        (b'f2,a,async,us,2026-01-01T00:00:00Z,u.json,,,""x\n', ["f2"]),
        (b'"f"2,a,async,us,2026-01-01T00:00:00Z,u.json,,,\n', ["f2"]),
        (b'"f"2,a,async\n', ["f2"]),
        # What only Python takes for the end of a line is none.
        ("f2,a\x0b\x0c\x1c\x85\u2028\u2029f9,b\n".encode(), ["f2"]),
        (b'"f""2",a,async\n', ["f2"]),
        (b'f2",a"b,async\n', ["f2"]),
        (b'f"2,a,async\n', ["f2"]),
        (b" \n", [" "]),
        (b",,\n", [None]),
    ],
)
def test_a_bad_row_is_marked_and_never_lost(
    tmp_path: Path, row: bytes, keys: list[str | None]
) -> None:
    rows = _csv_rows(tmp_path, GOOD % 1 + row + GOOD % 3)
    assert malformed(rows) == sorted(keys, key=str)
    assert fine(rows) == [f for f in ("f1", "f3") if f not in keys]


@pytest.mark.parametrize("name", ["accounts.csv", "accounts.tsv"])
def test_quotes_around_a_part_of_a_value_make_it_no_other_value(tmp_path: Path, name: str) -> None:
    header = "account_id,training_permitted,baa_executed,opted_out,exported_at,note\n"
    end = "2026-05-31T00:00:00Z"
    rows = (
        f'a0,true,false,"fal"se,{end},\n'
        f'"a1","true","false","false","{end}","x"y\n'
        f'a2,true,false,"false"x,{end},"a ""b"", c"\n'
        f'a3,true,false,""false,{end},5" pipe\n'
        f'"a4",true,false,false,{end},"a ""b"", c"\n'
    )
    path = tmp_path / name
    path.write_text(header + rows if name.endswith(".csv") else (header + rows).replace(",", "\t"))
    said = FileRegistry(path).read().table.select(["account_id", "opted_out"]).to_pylist()
    by_account = {row["account_id"]: row["opted_out"] for row in said}
    assert by_account == {"a0": None, "a1": False, "a2": None, "a3": None, "a4": False}


@pytest.mark.parametrize("block", [400, 401, 402, 403, 450, 1000])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b"\n\n", b"\r\n\r\n", b"\n\r"])
def test_bad_rows_at_the_ends_of_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int, end: bytes
) -> None:
    monkeypatch.setattr(csv_rows, "_BLOCK_BYTES", block)
    quoted = b'q%d,a,async,us,2026-01-01T00:00:00Z,"u,.json",,,\n'
    bad = b'b%d,\xc3,async\n"c"%d,a,"as"ync,us,2026-01-01T00:00:00Z,"u"",.json"x,,,\n'
    body = b"".join(
        (GOOD % i) + (quoted % i) + (bad % (i, i)) + "é,ü\n".encode() for i in range(30)
    )
    rows = _csv_rows(tmp_path, body.replace(b"\n", end))
    assert fine(rows) == sorted(f"{kind}{i}" for i in range(30) for kind in "fq")
    assert malformed(rows) == sorted(
        [*(f"{kind}{i}" for i in range(30) for kind in "bc"), *["é"] * 30]
    )


#: Every place of a table with a column that is not read where there can be a quote too many.
_NOTED = HEADER.encode() + b",note\n"


def _noted(number: int, note: bytes = b"") -> bytes:
    return (GOOD % number)[:-1] + b"," + note + b"\n"


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize(
    ("row", "number"),
    [
        (_noted(2, b'"swallows'), 3),
        (_noted(2, b'"swallows') + _noted(3) + _noted(4, b'x"'), 3),
        (_noted(2, b'"two\nlines"'), 3),
        (_noted(2) + _noted(3, b'"""'), 4),
        (_noted(2, b'"x" "') + _noted(3, b'"y'), 4),
        (_noted(2, b'"swallows') + _noted(3, b'"a"') + _noted(4, b'"b"'), 3),
        (b'f2,"a,async,us,2026-01-01T00:00:00Z,u.json,,,,\n', 3),
        (b'"f2,a,async,us,2026-01-01T00:00:00Z,u.json,,,,\n', 3),
        (b'f2,a,async,"us\n",2026-01-01T00:00:00Z,u.json,,,,\n', 3),
        (b'f2,a,async,us,2026-01-01T00:00:00Z,"u\nf5,.json",,,,\n', 3),
        (b'f2,"a\n\n\nb",async\n', 3),
        (b'f2,a,async,us,2026-01-01T00:00:00Z,u.json,,,"x\nf8,a,b\nf9,a,"\n', 3),
    ],
)
def test_a_value_over_several_lines_is_an_error_in_any_column(
    tmp_path: Path, row: bytes, number: int, end: bytes
) -> None:
    """Which rows such a quote swallows, nobody can tell: one could be a request for deletion."""
    path = tmp_path / "files.csv"
    path.write_bytes((_NOTED + _noted(1) + row + _noted(8) + _noted(9)).replace(b"\n", end))
    assert f"(row {number})" in failure_of(path)


@pytest.mark.parametrize("end", ["", "\n", "\r\n\r\n"])
@pytest.mark.parametrize(
    ("last", "is_whole"),
    [
        ('"259', False),
        ('"', False),
        ('"259""', False),
        ('"a"",b', False),
        ('"a,""', False),
        ("259", True),
        ('"259"', True),
        ('""', True),
        ('"a,"', True),
        ('"x,""y"', True),
        ('"x"y', True),
        ('5" pipe', True),
    ],
)
def test_a_table_that_is_cut_off_within_quotes_is_an_error(
    tmp_path: Path, last: str, is_whole: bool, end: str
) -> None:
    """What is left of a number of seconds would be another number of seconds."""
    path = tmp_path / "files.csv"
    path.write_bytes(_NOTED + _noted(1) + _noted(2, last.encode())[:-1] + end.encode())
    if is_whole:
        assert fine(rows_of(path)) == ["f1", "f2"]
    else:
        assert "(row 3)" in failure_of(path)


@pytest.mark.parametrize("block", [300, 301, 302, 303, 500])
def test_a_value_over_several_lines_is_an_error_at_the_ends_of_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(csv_rows, "_BLOCK_BYTES", block)
    path = tmp_path / "files.csv"
    for place in range(2, 30):
        body = [_noted(i) for i in range(30)]
        body[place] = _noted(place, b'"swallows')
        body[place + 1 : place + 1] = [_noted(99, b'this"')]
        path.write_bytes(_NOTED + b"".join(body))
        assert f"(row {place + 2})" in failure_of(path)


@pytest.mark.parametrize(
    "note",
    [
        '5" pipe',
        'a "b" c',
        '"a ""b"" c"',
        '"x"y',
        '""',
        "\x00",
        "a\x85b\u2028c\x0bd\x0ce",
        "\ufeff",
    ],
)
def test_whatever_stands_on_one_line_in_a_column_that_is_not_read_changes_nothing(
    tmp_path: Path, note: str
) -> None:
    path = tmp_path / "files.csv"
    path.write_bytes(_NOTED + _noted(1, note.encode()) + _noted(2) + b"\n \n")
    rows = rows_of(path)
    assert (fine(rows), malformed(rows)) == (["f1", "f2"], [" "])


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("name,{}", "Smith, John,acct-7,false,true,true,2026-05-31T00:00:00Z,,,"),
        ("{}", "acct,-7,true,false,true,2026-05-31T00:00:00Z,,,"),
        ("{}", 'acct"-7,true,false,true,2026-05-31T00:00:00Z,,,'),
        ("{}", '"acct"-7",true,false,true,2026-05-31T00:00:00Z,,,'),
        ("{}", '"acct"-7,true,false,true,2026-05-31T00:00:00Z,,,'),
        ("{}", 'acct-7",true,false'),
        ("{}", "acct-"),
        ("{}", "acct-\n7,true,false,true,2026-05-31T00:00:00Z,,,"),
        ("{}", ""),
        ("{}", "acct\udcff-7,true,false,true,2026-05-31T00:00:00Z,,,"),
    ],
)
def test_an_account_that_is_not_certain_is_nobodys(tmp_path: Path, header: str, row: str) -> None:
    """Under a wrong name an opt-out would be missing under the right one."""
    columns = header.format(",".join(ACCOUNTS[0]))
    other = ",".join("x" for _ in columns.split(","))
    path = tmp_path / "accounts.csv"
    path.write_text(f"{columns}\n{other}\n{row or ',' * 7}\n", "utf-8", "surrogateescape")
    with pytest.raises(SourceUnavailable, match=r"account_id cannot be read in 1 row"):
        FileRegistry(path).read()

import traceback
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearshard.errors import SourceUnavailable
from clearshard.evaluation.gold import (
    GoldDocument,
    GoldSpan,
    GoldUtterance,
    parse_gold,
    read_gold,
)

GOOD = b'{"id": "a", "text": "ann", "spans": [{"start": 0, "end": 3, "label": "PERSON"}]}\n'


def test_reads_documents_in_order_and_skips_blank_lines() -> None:
    full = (
        b'{"id":"b","source":"s","text":"hi\\nbye","spans":[],"other":[1],'
        b'"utterances":[{"speaker":"A","start":0,"end":2},{"start":3,"end":6}]}'
    )
    assert list(parse_gold([GOOD, b"\n", b"  \r\n", full], "gold")) == [
        GoldDocument("a", "ann", (GoldSpan(0, 3, "PERSON"),)),
        GoldDocument(
            "b", "hi\nbye", (), (GoldUtterance(0, 2, "A"), GoldUtterance(3, 6, None)), "s"
        ),
    ]


def lines_that_break_after_one() -> Iterator[bytes]:
    yield GOOD
    raise AssertionError("read on")


def test_reads_no_further_than_asked() -> None:
    assert next(parse_gold(lines_that_break_after_one(), "gold")).id == "a"


# Every line holds the word zanzibar where a value stands, and no error may quote it.
BAD = {
    b"zanzibar": "not a JSON object",
    b'{"id": "zanzibar", "text": "zanzi': "not a JSON object",
    b'{"id": "b", "text": "\xff zanzibar", "spans": []}': "not a JSON object",
    b'{"id": "b", "x": ' + b"[" * 100_000 + b'"zanzibar"': "not a JSON object",
    b'["zanzibar"]': "the line must be object, not array",
    b'{"id": "zanzibar", "spans": []}': "field `text` is missing",
    b'{"id": "zanzibar", "text": "zanzibar"}': "field `spans` is missing",
    b'{"id": "", "text": "zanzibar", "spans": []}': "field `id` is not usable",
    b'{"id": 1, "text": "zanzibar", "spans": []}': "field `id` must be str, not int",
    b'{"id": "b", "text": ["zanzibar"], "spans": []}': "field `text` must be str, not array",
    b'{"id": "b", "text": "zanzibar", "spans": [{"start": 0, "end": "zanzibar", "label": "X"}]}': (
        "field `spans[0].end` must be int, not str"
    ),
    b'{"id": "b", "text": "zanzibar", "spans": [{"start": 0, "end": 3}]}': (
        "field `spans[0].label` is missing"
    ),
    b'{"id": "b", "text": "zanzibar", "spans": [{"start": 0, "end": 3, "label": " "}]}': (
        "field `spans[0].label` is not usable"
    ),
    b'{"id": "b", "text": "zanzibar", "spans": [{"start": -1, "end": 3, "label": "X"}]}': (
        "field `spans[0].start` is not usable"
    ),
    b'{"id": "b", "text": "zanzibar", "spans": [{"start": 3, "end": 3, "label": "X"}]}': (
        "field `spans[0].end` is not usable"
    ),
    b'{"id": "b", "text": "zanzibar", "spans": [{"start": 3, "end": 9, "label": "X"}]}': (
        "field `spans[0].end` is not usable"
    ),
    b'{"id": "b", "text": "zanzibar", "spans": [], "utterances": [{"start": 0, "end": 9}]}': (
        "field `utterances[0].end` is not usable"
    ),
    b'{"id": "b", "text": "zanzibar", "spans": [], "utterances": [{"start": 4, "end": 3}]}': (
        "field `utterances[0].end` is not usable"
    ),
    b'{"id": "b", "text": "zanzibar", "spans": [], "utterances": '
    b'[{"start": 0, "end": 5}, {"start": 4, "end": 6}]}': (
        "field `utterances[1].start` is not usable"
    ),
}


@pytest.mark.parametrize(("line", "problem"), BAD.items(), ids=range(len(BAD)))
def test_a_bad_line_names_line_and_field_and_quotes_nothing(line: bytes, problem: str) -> None:
    with pytest.raises(SourceUnavailable) as caught:
        list(parse_gold([GOOD, b"\n", line + b"\n"], "gold.jsonl"))
    assert str(caught.value).startswith(f"gold.jsonl, line 3: {problem}")
    assert caught.value.exit_code == 4
    assert "zanzi" not in str(caught.value)
    assert "During handling" not in "".join(traceback.format_exception(caught.value))


KEYS = ["id", "text", "spans", "start", "end", "label", "utterances", "speaker", "zanzibar"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just("zanzibar"),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(KEYS), inner),
)


def error_of(line: bytes) -> str:
    try:
        list(parse_gold([line], "gold"))
    except SourceUnavailable as error:
        return str(error)
    return ""


@given(JSON)
def test_no_error_ever_quotes_its_line(line: object) -> None:
    assert "zanzibar" not in error_of(msgspec.json.encode(line))


def test_a_repeated_id_is_refused() -> None:
    with pytest.raises(SourceUnavailable, match="line 2: field `id` repeats"):
        list(parse_gold([GOOD, GOOD], "gold"))


@pytest.mark.parametrize("lines", [[], [b"\n", b" \n"]])
def test_a_gold_file_without_documents_is_refused(lines: list[bytes]) -> None:
    with pytest.raises(SourceUnavailable, match="holds no document"):
        list(parse_gold(lines, "gold"))


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="No such file"):
        next(read_gold(tmp_path / "none.jsonl"))
    with pytest.raises(SourceUnavailable, match="Is a directory"):
        next(read_gold(tmp_path))


def test_reads_a_file(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_bytes(GOOD)
    assert [document.id for document in read_gold(tmp_path / "gold.jsonl")] == ["a"]


def test_wrong_values_cannot_be_made_in_code_either() -> None:
    for start, end in [(-1, 2), (2, 2), (3, 2)]:
        with pytest.raises(ValueError):
            GoldSpan(start, end, "PERSON")
    with pytest.raises(ValueError):
        GoldDocument("a", "ann", (GoldSpan(0, 4, "PERSON"),))


def test_the_repr_shows_no_text() -> None:
    from rich.pretty import pretty_repr

    document = GoldDocument("a", "zanzibar", (GoldSpan(0, 3, "PERSON"),))
    assert "zan" not in repr(document)
    assert "zan" not in pretty_repr(document)


@given(st.text(), st.data())
def test_round_trip(text: str, data: st.DataObject) -> None:
    offsets = st.integers(0, len(text))
    spans = tuple(
        GoldSpan(start, end, "PERSON")
        for start, end in data.draw(st.lists(st.tuples(offsets, offsets)))
        if start < end
    )
    document = GoldDocument("a", text, spans)
    assert list(parse_gold([msgspec.json.encode(document)], "gold")) == [document]

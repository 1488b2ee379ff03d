"""What an NER calls a name, and is none by its form."""

import pytest

from clearshard.recognizers.no_name import is_no_place


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("the g7 summit", "g7"),
        ("store it in S3", "S3"),
        ("so i said no.to be honest", "no.to"),
        ("it was late.so we left", "late.so"),
        ("do you have an ID", "ID"),
        ("what is the user id", "id"),
    ],
)
def test_none_by_its_form(text: str, said: str) -> None:
    start = text.index(said)
    assert is_no_place(text, start, start + len(said))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("walter higgs.so we left", "higgs.so"),
        ("in Boise, ID we met", "ID"),
        ("in Boise ID we met", "ID"),
        ("boise, id", "id"),
        ("send it to ID 83702", "ID"),
        ("he lives in WA", "WA"),
        ("he lives in ID", "ID"),
        ("he lives in OK", "OK"),
        ("the postcode is SW1A", "SW1A"),
        ("j.r. ewing", "j.r."),
    ],
)
def test_may_be_one(text: str, said: str) -> None:
    start = text.index(said)
    assert not is_no_place(text, start, start + len(said))

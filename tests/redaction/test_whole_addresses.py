"""Addresses that a recognizer has cut."""

import pytest

from clearshard.records.transcript import RedactedTranscript, Span
from clearshard.redaction.redactor import Redactor
from clearshard.redaction.whole_addresses import whole_addresses

from .making import transcript


@pytest.mark.parametrize(
    ("text", "found", "whole"),
    [
        ("it is john.cooper yes", "john.co", "john.cooper"),
        ("ann.netherton@mail,com", "ann.net", "ann.netherton@mail"),
        ("jo.company77.", "jo.com", "jo.company77"),
        ("x.com's and x.com, ok", "x.com", "x.com"),
        ("see x.com/a/ now", "x.com/a/", "x.com/a/"),
    ],
)
def test_an_address_goes_to_its_end(text: str, found: str, whole: str) -> None:
    start = text.index(found)
    cut = Span(start, start + len(found), "URL", 0.5, "test")
    longer = [text[span.start : span.end] for span in whole_addresses(text, [cut])]
    assert longer == ([] if found == whole else [whole])


def test_what_is_no_address_is_as_it_was_found() -> None:
    span = Span(0, 4, "PERSON", 0.5, "test")
    assert [*whole_addresses("johnson", [span])] == []


@pytest.mark.parametrize("name", ["john.cooper", "john.company77", "ann.cafferty", "j.cooper"])
def test_nothing_stays_of_an_account_name_that_looks_like_a_domain(
    redactor: Redactor, name: str
) -> None:
    (result,) = redactor.redact([transcript(f"i think it was {name} who did it")])
    assert isinstance(result, RedactedTranscript)
    # A name or an address, it may be either.
    before, _, behind = result.text.partition("<")
    assert (before, behind.partition(">")[2]) == ("i think it was ", " who did it")

"""`stock` is stock: what Presidio's own analyzer finds with its own model, and nothing else."""

import pytest

from clearshard.records.states import Quarantine
from clearshard.records.transcript import RedactedTranscript
from clearshard.redaction.ner import STOCK_NER
from clearshard.redaction.redactor import Redactor
from clearshard.redaction.stock import StockPresidio, found_by, found_by_detector

from .making import KEY, config, seen_by, transcript

#: Whatever any step of another profile would find, name or leave out.
TEXTS = [
    "my name is maria lopez and i live at 61 Long Road, Suite 521, Ashby, NJ 55104",
    "we met in Boston, NJ 07304 near the Bolshoi theatre",
    "John Smith called, and later john said that Smith was in Springfield",
    "call me at 212-555-0143 yes 2125550143 it is 212 555 0143",
    "i wrote to john.cooper and to john.co and ann.netherton@mail.com",
    "it is in rajesh's bag says jordan from tulsa 74103",
    "sana rabe 5874",
    "my card is 4111111111111111 and the ssn is 078-05-1120",
    "four one five double five oh one four three is what she said on friday at 9:30 am",
    "it hurts my stomach, gastroenteritis they said at the bus station",
    "his account number is 12345678 and his passport is A1234567",
    "943 476 5919 is the nhs number or the phone number",
    "born on the 2nd of November 1970 in Paris, France",
]


@pytest.fixture(scope="module")
def stock() -> Redactor:
    return Redactor(config(profile="stock", score_threshold=0.0), KEY)


@pytest.fixture(scope="module")
def presidio() -> StockPresidio:
    return StockPresidio(STOCK_NER, tuned=False)


def test_it_finds_what_the_analyzer_finds_and_removes_nothing_else(
    stock: Redactor, presidio: StockPresidio
) -> None:
    sources = [transcript(text) for text in TEXTS]
    _, expected = presidio.redact(TEXTS)
    assert sum(map(len, expected)) >= len(TEXTS)
    for source, results, spans in zip(sources, expected, stock.spans(sources), strict=True):
        seen = seen_by(stock, source)
        assert found_by_detector(seen, stock._detector.asked) == found_by(results)
        assert not isinstance(spans, Quarantine)
        # What overlaps is one span, under a name that the analyzer gave.
        gone, found = (
            {i for s in some for i in range(s.start, s.end) if not source.text[i].isspace()}
            for some in (spans, results)
        )
        assert gone == found
        assert {span.entity_type for span in spans} <= {result.entity_type for result in results}


def test_what_is_in_a_script_that_nothing_reads_goes_all_the_same(stock: Redactor) -> None:
    (result,) = stock.redact([transcript("so i spoke to राजेश about that and he will call back")])
    assert isinstance(result, RedactedTranscript)
    assert result.text == "so i spoke to <PERSON_1> about that and he will call back"

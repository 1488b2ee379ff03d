"""Web addresses, and what only looks like one."""

import random

import pytest
import regex
from presidio_analyzer.predefined_recognizers import UrlRecognizer

from clearshard.recognizers.fail_closed import fail_closed, silence_presidio
from clearshard.recognizers.gate import gate_of
from clearshard.recognizers.url import WebAddressRecognizer

from ..effort import MOST_GROWTH, growth

RECOGNIZER = fail_closed(WebAddressRecognizer(), 3.0)


def found(text: str) -> set[str]:
    results = RECOGNIZER.analyze(text, ["URL"])
    return {text[r.start : r.end] for r in results or ()}


@pytest.mark.parametrize(
    "text",
    [
        "we did it.nice work",
        "we did it.Nice work",
        "that is fine.It worked.So thank you",
        "um...yeah",
        "no..Anything else",
        "ok.thank you.so much",
        "the total is ok.is there anything",
        "it was late.so we left",
        "it costs 5.Is that fine",
        "it costs 5.is that fine",
        "i know.cool",
        "the end.great news",
        "that is all.Mr Smith",
        "call os.system and then os.path.join",
        "import it from setup.py or main.py",
        "try...Licorice",
        "WE DID IT.NICE WORK",
        "he was ill.she was fine",
        "and so on.i.e. not",
    ],
)
def test_a_joint_of_sentences_or_a_file_is_none(text: str) -> None:
    assert found(text) == set()


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("see www.nice.it please", "www.nice.it"),
        ("see http://nice.it please", "http://nice.it"),
        ("see nice.it/menu please", "nice.it/menu"),
        ("about.me/jsmith", "about.me/jsmith"),
        ("see example.com.", "example.com"),
        ("see example.com.Then we left", "example.com"),
        ("Example.Com is it", "Example.Com"),
        ("EXAMPLE.COM", "EXAMPLE.COM"),
        ("at zalando.it today", "zalando.it"),
        ("at my-shop.it today", "my-shop.it"),
        ("at shop24.work today", "shop24.work"),
        ("at example.co.uk today", "example.co.uk"),
        ("at example.de today", "example.de"),
        ("bit.ly/x", "bit.ly/x"),
        ("um...example.com", "example.com"),
        ("is it example.com..no", "example.com"),
        ("i am john.cooper yes", "john.cooper"),
        ("jo.company77", "jo.company77"),
        ("j.cooper", "j.cooper"),
        ("'example.org'", "example.org"),
        ("I asked m\u00fcller.de.So", "m\u00fcller.de"),
    ],
)
def test_an_address_is_found_to_its_end(text: str, address: str) -> None:
    assert address in found(text)
    assert all(one in address for one in found(text))


def test_of_a_name_before_a_sentence_nothing_is_cut() -> None:
    assert (
        found("My mentor is Walter Higgs.Growing up he wrote in the ninth grade.Later on") == set()
    )


def test_many_parts_are_no_more_work_each() -> None:
    def work(times: int) -> object:
        return RECOGNIZER.analyze("it.so." * times, ["URL"])

    assert growth(work, 200) < MOST_GROWTH


def test_many_of_one_word_are_no_more_work_each() -> None:
    silence_presidio()  # Presidio compares all results with each other
    many = "ab.com_" * 40

    def work(times: int) -> object:
        return RECOGNIZER.analyze(many * times, ["URL"])

    assert growth(work, 4) < MOST_GROWTH


def test_its_gate_is_as_narrow_as_that_of_stock() -> None:
    assert gate_of(WebAddressRecognizer()) == gate_of(UrlRecognizer())


def test_presidios_addresses_are_found_from_their_first_letter_alone() -> None:
    presidio = regex.compile(f"(?i){UrlRecognizer.BASE_URL_REGEX}")
    (ours,) = (
        regex.compile(ours.regex)
        for ours, theirs in zip(
            WebAddressRecognizer().patterns, UrlRecognizer.PATTERNS, strict=True
        )
        if ours.regex != theirs.regex
    )
    chance = random.Random(3)
    parts = (
        "a",
        "b.",
        "com",
        ".",
        "co",
        "www.",
        "-",
        "/",
        "x",
        "(",
        '"',
        " ",
        "net.",
        "7",
        "\u017f",
    )
    found = 0
    for _ in range(3_000):
        text = "".join(chance.choices(parts, k=chance.randint(1, 16)))
        spans = [match.span() for match in presidio.finditer(text)]
        assert [match.span() for match in ours.finditer(text)] == spans, text
        found += len(spans)
    assert found > 500

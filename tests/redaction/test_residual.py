"""The independent look at the result: what it finds, in which view, and what it leaves alone."""

import time

import pytest

from pipeline.records import Quarantine, QuarantineReason, RedactedTranscript
from pipeline.redaction.apply import apply
from pipeline.redaction.redactor import Redactor
from pipeline.redaction.residual import check_residual

from .making import transcript

SHAPES = {
    "digits": [
        "415555",
        "415-555-0199",
        "415  555 0199",
        "4.1.5.5.5.5",
        "41\u200b55\u200b55",
        "4\u03341\u03345\u03345\u03345\u03345",
        "4\ufe0f\u20e31\ufe0f\u20e35\ufe0f\u20e35\ufe0f\u20e35\ufe0f\u20e35\ufe0f\u20e3",
        "\uff14\uff11\uff15\uff15\uff15\uff15",
        "\u0664\u0661\u0665\u0665\u0665\u0665",
        "\u2463\u2460\u2464\u2464\u2464\u2464",
        "4\u31641\u31645\u31645\u31645\u31645",
        "4\x001\x005\x005\x005\x005",
    ],
    "spoken_digits": [
        "four one five five five oh",
        "FOUR one, five - five five\nzero",
        "four\u200b one five five five oh",
        "\uff46\uff4f\uff55\uff52 one five five five oh",
    ],
    "email": [
        "maria@example.com",
        "maria\uff20example.com",
        "ma\u00adria@exam\u200bple.com",
        "x@y@mail.example.org",
        "maria@example.\uff43\uff4f\uff4d",
    ],
}
EVERY = [(name, text) for name, texts in SHAPES.items() for text in texts]


def look(
    text: str,
    replaced: list[tuple[int, int]] | None = None,
    views: list[list[str]] | None = None,
    removed: list[tuple[str, str]] | None = None,
) -> str | None:
    try:
        check_residual(text, replaced or [], views or [], removed or [])
    except Quarantine as problem:
        return f"{problem.reason} {problem.error_type}"
    return None


@pytest.mark.parametrize(("name", "shape"), EVERY)
def test_every_shape_is_found(name: str, shape: str) -> None:
    assert look(f"you said {shape} right") == f"residual_pii {name}"
    assert look(shape) == f"residual_pii {name}"


@pytest.mark.parametrize(("name", "shape"), EVERY)
@pytest.mark.parametrize("view", [0, 1])
def test_every_shape_that_one_view_alone_still_holds_is_found(
    name: str, shape: str, view: int
) -> None:
    clean = "you said <X> right"
    views = [["you said", "<X> right"], ["you", "said", "<X>", "right"]]
    assert look(clean, [(9, 12)], views) is None
    views[view] = [piece.replace("<X>", shape) for piece in views[view]]
    assert look(clean, [(9, 12)], views) == "view_mismatch redacted_views"


@pytest.mark.parametrize(("name", "shape"), EVERY)
@pytest.mark.parametrize("timed", [True, False])
def test_nothing_with_a_shape_is_sealed(name: str, shape: str, timed: bool) -> None:
    with pytest.raises(Quarantine) as caught:
        apply(transcript("hello", f"it is {shape}", "thanks", timed=timed), [], [])
    assert caught.value.reason is QuarantineReason.RESIDUAL_PII
    assert caught.value.error_type == name


def test_a_view_that_lost_everything_does_not_agree() -> None:
    assert look("some text", views=[[]]) == "view_mismatch redacted_views"
    assert look("", views=[[]]) is None


def test_a_value_that_stands_elsewhere_too_is_found() -> None:
    removed = [("US_BANK_NUMBER", "ab 12-cde9")]
    assert look("it is <X> yes", [(6, 9)], removed=removed) is None
    assert look("it is <X> or AB12 CDE9", [(6, 9)], removed=removed) == "residual_pii value_again"


def test_values_that_are_words_or_short_may_stand_elsewhere() -> None:
    assert look("<X> in november", [(0, 3)], removed=[("DATE_TIME", "november")]) is None
    assert look("<X> abc123", [(0, 3)], removed=[("ID", "abc123")]) is None


def test_replacements_are_not_looked_at_and_split_what_is_around_them() -> None:
    assert look("a 12345678 b", [(2, 10)]) is None
    assert look("123 <X> 456", [(4, 7)]) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "flight 12345 at 9 30",
        "one two three four five, go",
        "one, or two or three or four or five or six",
        "meet @ nine. fine",
        "it is a@b without an ending",
        "\u00e9l\u00e8ve",
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert look(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "1 2 3 4 5 a " * 100_000,
        "one two three " * 100_000 + "x",
        "@" * 500_000,
        "x@" * 300_000,
        "a" * 1_000_000,
        "@" + "." * 1_000_000,
    ],
)
def test_hostile_text_takes_no_longer_than_its_length(text: str) -> None:
    started = time.process_time()
    look(text, removed=[("URL", "nowhere.example")])
    assert time.process_time() - started < 5


def test_many_values_take_no_longer_than_few() -> None:
    removed = [("URL", f"value-{i:07d}") for i in range(20_000)]
    started = time.process_time()
    assert look("word " * 100_000, removed=removed) is None
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "said",
    [
        "jo\u200bhn@exam\u200bple.com",
        "maria.garcia\u2060@example.com",
        "j.smith@x\u00adample.com",
        "card 4111~1111~1111~1111",
        "078|05|1120",
        "078\u00b705\u00b71120",
        "four: one: five: five: five: oh: one",
        "this is Jennifer Lopez calling. okay jennifer lopez thank you",
    ],
)
def test_nothing_of_a_disguised_value_is_written(redactor: Redactor, said: str) -> None:
    (result,) = redactor.redact([transcript(f"well {said} yes", "thanks")])
    if isinstance(result, RedactedTranscript):
        letters = "".join(c for c in result.text.lower() if c.isalnum())
        for part in ("john", "garcia", "smith", "4111", "1120", "fourone", "lopez"):
            assert part not in letters

"""The independent look at the result: what it finds, in which view, and what it leaves alone."""

import random
import time

import pytest

from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.records.transcript import RedactedTranscript
from clearshard.redaction import residual
from clearshard.redaction.apply import apply
from clearshard.redaction.redactor import Redactor
from clearshard.redaction.residual import Replaced, check_residual

from ..effort import MOST_GROWTH, growth
from .making import transcript
from .numbers_in_disguise import disguised, left_of

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
        # Whatever stands between, however long.
        "4532\ufeff    0151\ufeff    1283\ufeff    0366",
        "219\u200e -- 09\u200e -- 9999",
        "415\u200b ... 555",
        "415" + " " * 500 + "555",
        "415" + "-\u2014\u00b7_\u3000" * 100 + "555",
        # What the check itself marks replacements with, or might.
        "415\ufffc555",
        "415\ufffd555",
        "41\ue00055\U000f000055",
        "41\ufdd055\uffff55",
        "41\ud80055\udc0055",
        "415\x0b\x1c\x7f\x85555",
        # What is shown where tags, entities and escapes are understood.
        "415&nbsp;555&nbsp;0132",
        "415<br>555<br/>0132",
        "<b>219</b>-<i class='x'>09</i>-9999",
        "&#52;&#x31;&#53;555",
        "41&amp;#8203;5555",
        "415&zwj;555",
        "415<!-- a --> 555",
        "415\\u200b555",
        "415\\n555",
        "415\\x200\\u{2060}555",
        "415%E2%80%8B555",
        "415\uff1cbr\uff1e555",
        # Other shapes of digits.
        "\u2776\u2777\u2778\u2779\u277a\u277b",
        "\U0001d7d2\U0001d7cf\U0001d7d3\U0001d7d3\U0001d7d3\U0001d7d3",
        "\u56db\u4e00\u4e94\u4e94\u4e94\u4e94",
        "\U000e0034\U000e0031\U000e0035\U000e0035\U000e0035\U000e0035",
        "4\u0967\u09eb5\u0e555",
    ],
    "spoken_digits": [
        "four one five five five oh",
        "FOUR one, five - five five\nzero",
        "four\u200b one five five five oh",
        "\uff46\uff4f\uff55\uff52 one five five five oh",
        "four\u200bone\u200bfive\u200bfive\u200bfive\u200boh",
        "four<br>one<br>five five five oh",
        "f\u043eur \u03bfne five five five oh",
        "nought naught aught one two three",
        "four uh one, like, five okay and then five next five oh",
        "double four triple one five",
        "twenty one forty two fifty",
        "4 one 5 five 55",
        "four one five five five o",
    ],
    "email": [
        "maria@example.com",
        "maria\uff20example.com",
        "ma\u00adria@exam\u200bple.com",
        "x@y@mail.example.org",
        "maria@example.\uff43\uff4f\uff4d",
        "maria@example\u3002com",
        "maria\ufe6bexample.com",
        "maria @ example . com",
        "maria@\u200b example\ufeff .\ufeff net",
        "maria&#64;example&period;com",
        "maria@<b>example</b>.com",
    ],
}
EVERY = [(name, text) for name, texts in SHAPES.items() for text in texts]


def look(
    text: str,
    replaced: list[tuple[int, int]] | None = None,
    views: list[list[str]] | None = None,
    removed: list[tuple[str, str]] | None = None,
) -> str | None:
    """What is found; of replacements whose values do not matter they are left out."""
    values = removed or [("ID", "x")] * len(replaced or [])
    ranges = replaced or [(0, 0)] * len(values)
    try:
        check_residual(
            text,
            [Replaced(*range_, *value) for range_, value in zip(ranges, values, strict=True)],
            views or [],
        )
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


def test_a_hole_is_none_that_a_text_can_fake() -> None:
    assert look("415 \0 555") == "residual_pii digits"
    assert look("415<X>555", [(3, 6)]) is None
    assert look("415\ufffc<X>55\ufffc5", [(4, 7)]) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("<X>\u200b-9999", "219-09"),
        ("my 4155 - <X>", "550 132"),
        ("<X>&nbsp;9999", "219-09"),
    ],
)
def test_half_a_number_beside_its_other_half_is_found(text: str, value: str) -> None:
    start = text.index("<X>")
    assert look(text, [(start, start + 3)], removed=[("ID", value)]) == "residual_pii digits"


@pytest.mark.parametrize(
    ("text", "value"),
    [("<X> 10 gb", "94107"), ("<X> 2015", "March 2nd"), ("in 2015 <X>", "x1.com/9")],
)
def test_other_numbers_beside_a_replacement_may_stay(text: str, value: str) -> None:
    start = text.index("<X>")
    assert look(text, [(start, start + 3)], removed=[("ID", value)]) is None


@pytest.mark.parametrize(
    ("text", "kind", "value", "found"),
    [
        ("<X>\u0301 said", "PERSON", "Rene", "residual_pii letter_cut"),
        ("<X>\u093f", "LOCATION", "x", "residual_pii letter_cut"),
        ("it is jl<X> ok", "EMAIL_ADDRESS", "@(example)", "residual_pii address_cut"),
        ("it is <X>example ok", "PERSON", "jl@", "residual_pii address_cut"),
        ("it is jl <X> ok", "USERNAME", "@example", None),
        ("<X>owing", "PERSON", "Ann", "residual_pii name_cut"),
        ("Mar<X> said", "PERSON", "ia", "residual_pii name_cut"),
        ("<X>\u00e9 said", "PERSON", "Ren", "residual_pii name_cut"),
        ("<X>'s and <X>-like", "PERSON", "Ann", None),
        ("mrs<X> said", "PERSON", ". Ann", None),
        ("spelle<X>", "PERSON", "d, a n n", None),
        ("<X>th of it", "DATE_TIME", "May", None),
        ("\u5c71\u7530<X>\u3055\u3093", "PERSON", "\u592a", None),
    ],
)
def test_a_letter_without_its_mark_and_half_a_name_are_found(
    text: str, kind: str, value: str, found: str | None
) -> None:
    places = [place for place in range(len(text)) if text.startswith("<X>", place)]
    ranges = [(place, place + 3) for place in places]
    assert look(text, ranges, removed=[(kind, value)] * len(ranges)) == found


def test_a_value_that_stands_elsewhere_too_is_found() -> None:
    removed = [("US_BANK_NUMBER", "ab 12-cde9")]
    assert look("it is <X> yes", [(6, 9)], removed=removed) is None
    for again in (
        "AB12 CDE9",
        "a\u200bb 12<br>cde9",
        "ab&nbsp;12 c\u0301de9",
        "\u0430b 12 cd\u0435 9",
    ):
        found = look(f"it is <X> or {again}", [(6, 9)], removed=removed)
        assert found == "residual_pii value_again"


def test_values_that_are_words_or_short_may_stand_elsewhere() -> None:
    assert look("<X> in november", [(0, 3)], removed=[("DATE_TIME", "november")]) is None
    assert look("<X> abc123", [(0, 3)], removed=[("ID", "abc123")]) is None


def test_replacements_are_not_looked_at_and_split_what_is_around_them() -> None:
    assert look("a 12345678 b", [(2, 10)]) is None
    assert look("123 <X> 456", [(4, 7)]) is None


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("[00:00:26] yes\n(1:02:03.500) no", None),
        ("[41:55:12]", "digits"),
        ("[00:62:12]", "digits"),
        ("10:15:30", "digits"),
        ("628 [00:00:26] 555", "digits"),
        ("six two eight [00:00:26] five five five", "spoken_digits"),
    ],
)
def test_when_a_turn_begins_is_no_number_and_hides_none(text: str, shape: str | None) -> None:
    if shape is None:
        check_residual(text, [], [])
        return
    with pytest.raises(Quarantine) as problem:
        check_residual(text, [], [])
    assert problem.value.error_type == shape


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
        "2021 was, 2022 will be",
        "1, 2, 3, 4, 5 or six or 7",
        "at 10:30 then 5 pm",
        "<b>219</b> and 5 of 9",
        "R&D, Q&A & AT&T 5% of 10%",
        "C:\\new\\text 12345",
        "we meet @ nine . in the end",
        "nooooooooo",
        "one two three four five ones",
        "one two three four five of",
        "someone two three four five six",
        "twenty twenty, two",
        "the \u6f22\u5b57 \u4e00 \u4e8c",
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert look(text) is None


@pytest.mark.soak
@pytest.mark.parametrize(
    "text",
    [
        "1 2 3 4 5 a " * 100_000,
        "one two three " * 100_000 + "x",
        "@" * 500_000,
        "x@" * 300_000,
        "a" * 1_000_000,
        "@" + "." * 1_000_000,
        "a " * 10 + "@ a . " * 200_000,
        "x" + " " * 500_000 + "@" + " " * 500_000,
        "one and okay like so " * 50_000,
        "one" * 300_000 + "x",
        "<a" * 300_000,
        "<" * 500_000,
        "&" * 500_000,
        "&#" * 300_000,
        "%e2" * 200_000,
        "\\u{" * 200_000,
        "1\u0301" * 5 + "\u0301" * 500_000,
    ],
)
def test_hostile_text_takes_no_longer_than_its_length(text: str) -> None:
    started = time.process_time()
    look(text, removed=[("URL", "nowhere.example")])
    assert time.process_time() - started < 5


@pytest.mark.soak
def test_many_values_take_no_longer_than_few() -> None:
    removed = [("URL", f"value-{i:07d}") for i in range(20_000)]
    started = time.process_time()
    assert look("word " * 100_000, removed=removed) is None
    assert time.process_time() - started < 5


def test_a_text_is_not_gone_through_for_each_of_many_values() -> None:
    class Text(bytes):
        searched = 0

        def __contains__(self, value: object) -> bool:
            Text.searched += 1
            return super().__contains__(value)  # type: ignore[operator]  # bytes alone are asked for

    text = Text(b"word" * 1_000)
    for many in (3, 100, 101, 2_000):
        values = {b"value%07d" % number for number in range(many)}
        assert not residual._any_in(text, values)
        assert residual._any_in(text, {*values, b"ordword"})
    assert Text.searched <= 3 * 100 + 10


def test_of_values_that_begin_alike_not_each_is_tried_at_each_place() -> None:
    def look_for(many: int) -> None:
        values = {b"support%06dexamplecom" % number for number in range(many)}
        assert not residual._any_in(b"supportor" * many, values)
        assert residual._any_in(b"writetosupport000123examplecom", values)

    assert growth(look_for, 200) <= MOST_GROWTH


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


def _through(redactor: Redactor, seed: int, count: int) -> tuple[list[str], int]:
    """Disguises of numbers that were written, and how many transcripts were."""
    draw = random.Random(seed)
    drawn = [disguised(draw) for _ in range(count)]
    results = redactor.redact(
        [transcript("hello there", f"my number is {said} thanks") for _, said in drawn]
    )
    through = [
        said
        for (number, said), result in zip(drawn, results, strict=True)
        if [*left_of(number, result)]
    ]
    return through, sum(isinstance(result, RedactedTranscript) for result in results)


def test_no_number_in_disguise_gets_through(redactor: Redactor) -> None:
    through, written = _through(redactor, 17, 400)
    assert through == []
    # What can be redacted is; only the rest is quarantined.
    assert written > 40


@pytest.mark.soak
def test_of_many_numbers_in_disguise_none_gets_through(redactor: Redactor) -> None:
    for seed in range(200):
        through, _ = _through(redactor, seed, 500)
        assert through == []


def test_a_transcript_with_the_times_of_its_turns_gets_through(redactor: Redactor) -> None:
    (result,) = redactor.redact(
        [transcript("[00:00:22] it is 628-555-0147", "[00:00:26] perfect thank you")]
    )
    assert isinstance(result, RedactedTranscript)
    assert result.text == "[00:00:22] it is <PHONE_NUMBER_1> [00:00:26] perfect thank you"

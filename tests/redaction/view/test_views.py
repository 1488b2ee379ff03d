"""What is shown of a transcript, and the way back: nothing is lost between the two."""

# ruff: noqa: RUF001 - letters that are drawn alike are what this is about

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearshard.records.transcript import Piece, Span, Transcript, Words
from clearshard.redaction.view.views import View, views_of

from ..making import transcript


def shown(*turns: str) -> str:
    return views_of(transcript(*turns, timed=False))[0].transcript.text


def span(start: int, end: int) -> Span:
    return Span(start, end, "A", 0.5, "test")


def back(view: View, source: Transcript, value: str) -> str:
    """What of the source is removed for a value of the view."""
    start = view.transcript.text.index(value)
    (found,) = view.to_source([span(start, start + len(value))])
    return source.text[found.start : found.end]


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("415&nbsp;555&#160;0132&#xa0;9&NBSP;8", "415 555 0132 9 8"),
        ("415&nbsp555&#160555&#xa0132", "415 555 555 132"),
        ("415&amp;nbsp;555&amp;amp;#160;0132&#38;#32;1", "415 555 0132 1"),
        ("Jos&eacute; N&uacute;&ntilde;ez &#x4a;o&#115;&#233;", "José Núñez José"),
        ("Jose&#769; Jen&shy;ni&#8203;fer", "José Jennifer"),
        ("AT&T, R&D; a &amp; b &amp;c &lopez; &", "AT&T, R&D; a & b &c &lopez; &"),
        ("415<br>555<BR/>0132<br />9", "415 555 0132 9"),
        ("<b>219</b>-<i class='x > y'>09</i>-99<!-- > -->99", "219-09-9999"),
        ("</p><p>a</p>\n<div>b</div>", " a\nb "),
        ("a < b and c > d, 1<2", "a < b and c > d, 1<2"),
        ("4532\ufeff    0151\ufeff    9", "4532 0151 9"),
        ("219\u200e -- 09\u200e -- 9999", "219 -- 09 -- 9999"),
        ("4\u200b1\ufffc5\u034f5\x005\ufe0f5\u20e3 5\U000e0001\U000e01005", "415555 55"),
        ("4\u03341\u03345 Jen\u0336nifer", "415 Jennifer"),
        ("\uff14\uff11\uff15 ٤١٥ ०१५ \U0001d7d2 ④①⑤ ❹ ⁴₁ ⓫", "415 415 015 4 415 4 41 11"),
        ("\uff2aen \U0001d409en Ⓙen 🅹en 🅐 ℌ ᴊᴇɴ", "Jen Jen Jen Jen A H jen"),
        ("Jos\u0065\u0301 Nu\u0301n\u0303ez", "José Núñez"),
        ("Jеnnifеr Lореz, Аnnа", "Jennifer Lopez, Anna"),
        ("Cо\u0302te\u0301", "Côté"),
        ("Владимир", "Владимир"),
        ("a\u00a0b\u2003c\u3000d\u2800e\u3164f\tg", "a b c d e f\tg"),
        ("1\u20102\u20113\u20134\u20145\u22126\ufe637", "1-2-3-4-5-6-7"),
        ("O\u2019Brien O\u02bcBrien O\u2018Brien", "O'Brien O'Brien O'Brien"),
        ("a    b \t c\n\n d\r\ne\u2028f\x0bg", "a b c\nd\ne\nf\ng"),
        ("café naïve “so” … €5 Acme™ £3½", "café naïve “so” … €5 Acme™ £31/2"),
        ("राजेश कुमार, 李明, 김민수", "राजेश कुमार, 李明, 김민수"),
        ("JosÃ© NÃºÃ±ez donâ€™t Ã\x81 Â\xa0Â° Ã", "José Núñez don't Á ° Ã"),
        ("Ð˜Ð²Ð°Ð½ Nguyá»…n ðŸ˜€", "Иван Nguyễn 😀"),
        (
            "“RENÉ” CHLOÉ\u00a0LI ANDRÉ’S NOÉ… ZOË\u00ad MUÑ—",
            "“RENÉ” CHLOÉ LI ANDRÉ'S NOÉ… ZOË MUÑ-",
        ),
        ("‘café’” José…”", "'café'” José…”"),
        ("N\ufffd\ufffdez don\ufffdt \ufffdok\ufffd", "Nøøez don't \ufffdok\ufffd"),
        (r"Jos\u00e9 N\u00FA\u00f1ez \ud83d\ude00 \xe9", "José Núñez 😀 é"),
        (r"415\n555\\t0132 C:\new", r"415 555 0132 C:\new"),
        ("jo%40example.com Jos%C3%A9 50% %zz %ff", "jo@example.com José 50% %zz %ff"),
        ("415 [pause] 555 (Coughs) 01[background noise]32", "415 555 01 32"),
        ("[laughs] Jo *sighs* Lopez {crosstalk}, &#91;pause&#93; 5", " Jo Lopez , 5"),
        ("**Jo** Lopez, *Ana* `x1` ~~no~~ ***hm***", "Jo Lopez, Ana x1 no hm"),
        ("is \u202ehtimS nhoJ\u202c, \u202ecba\ndef", "is John Smith, abc\ndef"),
        ("\u202e\u0301eb\u202c", "b\u00e9"),
        ("4O0l 59o7 1|2 8B0B1B 46-BB-04", "4001 5907 112 880818 46-88-04"),
        ("B12 5S 80s iso 10 OZ, lol 5 so 55", "B12 5S 80s iso 10 OZ, lol 5 so 55"),
        ("\u2163\u2168 6\u2161 Chapter \u2163 \u2167th", "49 62 Chapter IV VIIIth"),
        ("\U0001f119\u24a0\u24a9 \u0253\u0265\u01ad", "Jen b\u0265t"),
        ("Jo\u2022Lopez 415\u00b7555 jo\u00b7li@ex\u30fbam", "Jo Lopez 415 555 jo.li@ex.am"),
        ("J\u0301e\u0301n\u0301n\u0301a\u0301 \u0164\u0159\u00eb\u0161", "Jenna Tres"),
        ("Nguy\u1ec5n H\u1ea1nh Chlo\u00eb", "Nguy\u1ec5n H\u1ea1nh Chlo\u00eb"),
        ("**jo.li**@**example.com**", "jo.li@example.com"),
        ("2 * 3, 4*5, **, (Johnny) [music theory]", "2 * 3, 4*5, **, (Johnny) [music theory]"),
    ],
)
def test_what_is_shown(written: str, seen: str) -> None:
    assert shown(written) == seen


@pytest.mark.parametrize(
    "plain", ["", "hello there, it's 5 o'clock: (a_b) #1 $2.50 @x", "a\tb\nc d", "x > y; 1/2"]
)
def test_plain_text_is_its_own_view(plain: str) -> None:
    source = transcript(plain, "and more", timed=False)
    (view,) = views_of(source)
    assert view.transcript is source
    assert view.is_source
    spans = [span(0, 2), span(2, 3)]
    assert view.to_source(spans) == spans


@pytest.mark.parametrize("plain", ["the café said “no” …", "AT&T and R&D, 1<2", "ж is a letter"])
def test_what_is_shown_as_it_is_written_is_not_copied(plain: str) -> None:
    source = transcript(plain, timed=False)
    (view,) = views_of(source)
    assert view.transcript is source


@pytest.mark.parametrize(
    ("written", "value", "removed"),
    [
        ("call 415&nbsp;555<br>0132 now", "415 555 0132", "415&nbsp;555<br>0132"),
        ("call 415 [pause] 555 now", "415 555", "415 [pause] 555"),
        ("is **Jo** *Lopez* so", "Jo Lopez", "Jo** *Lopez"),
        ("is <b>219</b>-<b>09</b>-<b>9999</b>.", "219-09-9999", "219</b>-<b>09</b>-<b>9999"),
        (
            "I am Jose\u0301\u200b Nu\u0301n\u0303ez.",
            "José Núñez",
            "Jose\u0301\u200b Nu\u0301n\u0303ez",
        ),
        ("Jen\u00adni\u00adfer, hi", "Jennifer", "Jen\u00adni\u00adfer"),
        # A part of a word that is not plain is all of it, with its marks and what is not seen.
        ("say Nu\u0301n\u0303ez!", "Nú", "Nu\u0301n\u0303ez"),
        ("say Núñez!", "ñe", "Núñez"),
        ("say L\u00adopez\u200b!", "ope", "L\u00adopez"),
        ("<i>L</i>opez", "op", "L</i>opez"),
        # One that is plain is as it was found.
        ("415-555x &amp; Lopez's", "415-555", "415-555"),
        ("x &amp; Lopez's", "Lopez", "Lopez"),
        ("&amp; Lopez's", "Lopez", "Lopez"),
        ("jo 👩\u200d👧 lee 👍🏽 é", "lee 👍", "lee 👍🏽"),
        ("पूनम का", "पूनम", "पूनम"),
    ],
)
def test_what_is_removed_for_what_was_found(written: str, value: str, removed: str) -> None:
    source = transcript(written, timed=False)
    view = views_of(source)[0]
    assert back(view, source, value) == removed


@pytest.mark.parametrize(
    ("written", "hidden"),
    [
        ("<!-- call 415 555 0132 --> ok", "415 555 0132"),
        ("<a href='mailto:jo@example.com'>me</a>", "jo@example.com"),
        ("ask <Jennifer> or < b", "Jennifer"),
        ("ok" + "".join(chr(0xE0000 + ord(c)) for c in "Jennifer"), "Jennifer"),
        ("<!-- &#74;ennifer", "Jennifer"),
        ("41%55%23%64", "41%55%23%64"),
        ("it is &#1605550132", "1605550132"),
        (r"\u0041555", "0041555"),
    ],
)
def test_what_is_hidden_has_a_view_of_its_own(written: str, hidden: str) -> None:
    first, second = views_of(transcript(written, timed=False))
    assert hidden not in first.transcript.text
    assert hidden in second.transcript.text


@pytest.mark.parametrize("written", ["<b>a</b> <br/> </P>", "a &amp; b &nbsp;", "\u200b1 < 2 >"])
def test_tags_that_hide_nothing_are_read_once(written: str) -> None:
    assert len(views_of(transcript(written, timed=False))) == 1


def test_nothing_reaches_over_a_change_of_turn() -> None:
    source = transcript(
        "it is <b", "title='x'> e", "\u0301 &nb", "sp; \u200b", "\u200b", timed=False
    )
    (view,) = views_of(source)
    turns = [view.transcript.text[t.start : t.end] for t in view.transcript.turns]
    assert turns == ["it is <b", "title='x'> e", " &nb", "sp; "]


PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
#: Everything that is not shown as it is written, and letters and digits between.
PIECES = st.sampled_from(
    [
        *"aB9 \n-éα漢क",
        *("&nbsp;", "&#65;", "&amp;amp;lt;", "&", "<b>", "<br>", "<!-- x -->", "<", ">"),
        *(
            "e\u0301",
            "\u0301",
            "\u0323",
            "\u200b",
            "\u00ad",
            "\ufffc",
            "\uff11",
            "ﬁ",
            "⑩",
            "½",
            "о",
        ),
        *("  ", "\u3000", "\r\n", "\u2014", "\u2019", "👩\u200d👧", "कि", "\u0e33", "\U000e0041"),
    ]
)


@st.composite
def sources(draw: st.DrawFn) -> Transcript:
    """Turns with a blank between, or one that is all of the text."""
    turns = draw(
        st.lists(st.lists(PIECES, min_size=1, max_size=9).map("".join), min_size=1, max_size=3)
    )
    text, pieces = "", []
    for turn in turns:
        pieces.append(Piece(len(text), len(text) + len(turn), None, None, None))
        text += turn + " "
    if draw(st.booleans()):
        pieces = [Piece(0, len(text), None, None, None)]
    return Transcript(text, tuple(pieces), Words(), False, "en", None)


@PATIENT
@given(sources())
def test_every_range_of_a_view_comes_from_somewhere_and_is_shown_there(source: Transcript) -> None:
    for view in views_of(source):
        text = view.transcript.text
        single = [view.to_source([span(i, i + 1)])[0] for i in range(len(text))]
        for i, found in enumerate(single):
            assert 0 <= found.start < found.end <= len(source.text)
            assert text[i] in view.shown(found.start, found.end)
        # In order, and a range comes from all that its parts come from.
        for before, after in pairwise(single):
            assert before.start <= after.start
            assert before.end <= after.end
        for start in range(0, len(text), 3):
            (found,) = view.to_source([span(start, min(len(text), start + 4))])
            assert found.start <= single[start].start
            assert found.end >= single[min(len(text), start + 4) - 1].end
            assert text[start : start + 4] in view.shown(found.start, found.end)


@PATIENT
@given(sources())
def test_turns_of_a_view_are_those_of_the_source_in_order(source: Transcript) -> None:
    for view in views_of(source):
        place = 0
        for turn in view.transcript.turns:
            assert place <= turn.start < turn.end <= len(view.transcript.text)
            place = turn.end
            # What stands at its ends comes from within one turn.
            for at in (turn.start, turn.end - 1):
                start, end = view._original(at, at + 1)
                assert any(t.start <= start and end <= t.end for t in source.turns)


@PATIENT
@given(sources())
def test_no_character_of_the_source_is_cut(source: Transcript) -> None:
    for view in views_of(source):
        for i in range(len(view.transcript.text)):
            (found,) = view.to_source([span(i, i + 1)])
            behind = source.text[found.end : found.end + 1]
            assert (
                unicodedata.category(behind or "x")[0] != "M" or source.text[found.end - 1] == "\n"
            )
            assert source.text[found.end - 1] != "\u200d" or behind != "👧"


@PATIENT
@given(st.text(st.characters(codec="ascii")))
def test_letters_and_digits_of_ascii_are_shown(text: str) -> None:
    plain = "".join(c for c in text if c not in "<&%\\|")
    shown_of = views_of(transcript(plain, timed=False))[0].transcript.text
    letters = [c for c in shown_of if c.isalnum()]
    for as_shown, written in zip(letters, filter(str.isalnum, plain), strict=True):
        # In what is a number otherwise some letters are digits.
        assert as_shown == written or (as_shown.isdecimal() and written in "OoQDlIZSGB")


def test_what_is_turned_around_is_read_both_ways_and_removed_whole() -> None:
    source = transcript("it is \u202eoreM yb nhoJ\u202c so", timed=False)
    shown, written = views_of(source)
    assert "John by Mero" in shown.transcript.text
    assert "oreM yb nhoJ" in written.transcript.text
    assert back(shown, source, "John") == "oreM yb nhoJ"
    assert back(written, source, "nhoJ") == "nhoJ"

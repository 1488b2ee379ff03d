"""One decision for all views: the spans are applied to text, utterances and words together."""

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearshard.records.states import Quarantine, QuarantineReason
from clearshard.records.transcript import Piece, RedactedTranscript, Span, Transcript, Words
from clearshard.redaction.apply import apply

from .making import disjoint_spans, squeeze, transcript, transcripts


def redact(source: Transcript, *ranges: tuple[int, int], by: str = "<X>") -> RedactedTranscript:
    spans = [Span(start, end, "LOCATION", 0.5, "test") for start, end in ranges]
    return apply(source, spans, [by] * len(spans))


def where(source: Transcript, value: str) -> tuple[int, int]:
    start = source.text.index(value)
    return start, start + len(value)


def words(result: RedactedTranscript) -> list[str]:
    return [word.text for word in result.words]


def hidden(source: Transcript, spans: list[Span]) -> set[int]:
    """Every place whose character must be gone: a simple model of what `apply` does."""
    gone: set[int] = set()
    for span in spans:
        for turn in source.turns:
            solid = [
                i
                for i in range(max(span.start, turn.start), min(span.end, turn.end))
                if not source.text[i].isspace()
            ]
            if solid:
                gone.update(range(solid[0], solid[-1] + 1))
    return gone


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_every_view_holds_the_same_and_nothing_of_a_span(data: st.DataObject) -> None:
    source = data.draw(transcripts())
    spans = data.draw(disjoint_spans(source.text))
    by = data.draw(st.lists(st.sampled_from(["<P_1>", "*", "Zoë Q", ""]), min_size=10, max_size=10))
    result = apply(source, spans, by[: len(spans)])

    if source.has_utterances:
        assert squeeze([u.text for u in result.utterances]) == squeeze(result.text)
    else:
        assert result.utterances == ()
    if len(source.words):
        assert squeeze(words(result)) == squeeze(result.text)
    else:
        assert len(result.words) == 0

    # What is left outside of the replacements is what was outside of the spans, exactly.
    left, place = "", 0
    for redaction in result.redactions:
        assert place <= redaction.start <= redaction.end
        left += result.text[place : redaction.start]
        place = redaction.end
    left += result.text[place:]
    gone = hidden(source, spans)
    assert left == "".join(c for i, c in enumerate(source.text) if i not in gone)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_times_are_kept(data: st.DataObject) -> None:
    source = data.draw(transcripts())
    spans = data.draw(disjoint_spans(source.text))
    names = [f"<{i}>" for i in range(len(spans))]
    result = apply(source, spans, names)

    if source.has_utterances:
        assert [(u.start_ms, u.end_ms) for u in result.utterances] == [
            (turn.start_ms, turn.end_ms) for turn in source.turns
        ]
    for first, second in pairwise(result.words):
        assert first.start_ms is not None
        assert first.end_ms is not None
        assert second.start_ms is not None
        assert first.start_ms <= first.end_ms <= second.start_ms
    for word in source.words:
        assert word.start_ms is not None
        assert word.end_ms is not None
        assert any(
            w.start_ms is not None
            and w.end_ms is not None
            and w.start_ms <= word.start_ms
            and word.end_ms <= w.end_ms
            for w in result.words
        )
    for redaction in result.redactions:
        name = result.text[redaction.start : redaction.end]
        span = spans[names.index(name)]
        assert (redaction.entity_type, redaction.score) == (span.entity_type, span.score)
    assert {result.text[r.start : r.end] for r in result.redactions} == {
        name
        for name, span in zip(names, spans, strict=True)
        if source.text[span.start : span.end].strip()
    }
    # All parts of a span together mute every word that it touches, or say that nobody knows when:
    # words that take no time, with none beside them that do, in a turn without times.
    for name, span in zip(names, spans, strict=True):
        muted = [r for r in result.redactions if result.text[r.start : r.end] == name]
        for word in source.words:
            solid = source.text[max(span.start, word.start) : min(span.end, word.end)].strip()
            if solid and word.start < span.end and span.start < word.end:
                assert any(
                    word.start_ms == word.end_ms
                    if r.start_ms is None or r.end_ms is None
                    else word.start_ms is not None
                    and word.end_ms is not None
                    and r.start_ms <= word.start_ms
                    and word.end_ms <= r.end_ms
                    for r in muted
                )


def test_words_of_no_length_without_times_around_have_no_mute() -> None:
    (word,) = transcript("hello").words
    alone = Words.of([msgspec.structs.replace(word, start_ms=0, end_ms=0)])
    turn = Piece(0, 5, None, None, None)
    source = Transcript("hello", (turn,), alone, False, "en", 0)
    (redaction,) = redact(source, (0, 5)).redactions
    assert (redaction.start_ms, redaction.end_ms) == (None, None)


def test_words_that_a_span_touches_become_one() -> None:
    source = transcript("call Maria Lopez, now")
    result = redact(source, where(source, "Maria Lopez"))
    assert result.text == "call <X>, now"
    assert [(w.text, w.start_ms, w.end_ms) for w in result.words] == [
        ("call", 0, 90),
        ("<X>,", 100, 290),
        ("now", 300, 390),
    ]
    assert [(r.start, r.end, r.start_ms, r.end_ms) for r in result.redactions] == [(5, 8, 100, 290)]


def test_a_word_that_was_replaced_says_nothing_of_how_sure_the_source_was() -> None:
    pieces = [(0, 4), (5, 10), (11, 16), (17, 20)]
    words_ = Words.of(
        Piece(*place, i, i, 0, sure)
        for i, (place, sure) in enumerate(zip(pieces, (0.5, 0.25, 0.75, None), strict=True))
    )
    turns = (Piece(0, 20, 0, 9, 0),)
    source = Transcript("call Maria Lopez now", turns, words_, True, "en", 9, (2,))
    for by, left in (("<X>", [0.5, None, None]), ("", [0.5, None])):
        result = redact(source, where(source, "Maria Lopez"), by=by)
        assert [word.confidence for word in result.words] == left
        assert result.utterances[0].confidence is None
        assert result.channels == {"A": 2}
    # Also where the replacement reads like the word itself, and where it is part of one.
    same = redact(source, where(source, "Maria"), by="Maria")
    assert [word.confidence for word in same.words] == [0.5, None, 0.75, None]
    part = redact(source, where(source, "ria"), by="na")
    assert [word.confidence for word in part.words] == [0.5, None, 0.75, None]


def test_span_over_a_change_of_turn_is_cut_there() -> None:
    source = transcript("my number is 415 555", "0199 okay")
    result = redact(source, where(source, "415 555 0199"))
    assert [u.text for u in result.utterances] == ["my number is <X>", "<X> okay"]
    assert words(result) == ["my", "number", "is", "<X>", "<X>", "okay"]
    assert [(r.start_ms, r.end_ms) for r in result.redactions] == [(300, 490), (500, 590)]


def test_several_spans_in_one_word() -> None:
    source = transcript("it is ann/bob/cy ok")
    result = redact(source, where(source, "ann"), where(source, "bob"), where(source, "y"))
    assert words(result) == ["it", "is", "<X>/<X>/c<X>", "ok"]


def test_spans_that_chain_words_together() -> None:
    source = transcript("a bc de fg h")
    result = redact(source, where(source, "c d"), where(source, "e f"))
    assert words(result) == ["a", "b<X><X>g", "h"]


def test_spans_that_touch() -> None:
    source = transcript("see annbob there")
    result = redact(source, where(source, "ann"), where(source, "bob"))
    assert words(result) == ["see", "<X><X>", "there"]


def test_drop_empties_a_word_and_an_utterance() -> None:
    source = transcript("who is it", "Maria", "thanks")
    result = redact(source, where(source, "Maria"), by="")
    assert result.text == "who is it  thanks"
    assert [u.text for u in result.utterances] == ["who is it", "", "thanks"]
    assert words(result) == ["who", "is", "it", "thanks"]
    assert [(r.start, r.end, r.start_ms, r.end_ms) for r in result.redactions] == [
        (10, 10, 300, 390)
    ]


def test_everything_dropped() -> None:
    source = transcript("Maria")
    result = redact(source, (0, 5), by="")
    assert (result.text, len(result.words)) == ("", 0)


def test_span_of_white_space_changes_nothing() -> None:
    source = transcript("a b", "c")
    result = redact(source, (1, 2), (3, 4))
    assert result.text == source.text
    assert result.redactions == ()


@pytest.mark.parametrize(
    ("times", "muted"),
    [
        # As far as the words beside it, or to the ends of the turn.
        ([(100, 200), (200, 200), (500, 600)], (200, 500)),
        ([(100, 200), (200, 200), (200, 600)], (0, 900)),
        ([(0, 0), (0, 0), (700, 800)], (0, 700)),
        ([(0, 100), (300, 300), (300, 300)], (100, 300)),
        ([(100, 200), (200, 210), (500, 600)], (200, 210)),
    ],
)
def test_a_word_that_takes_no_time_is_muted_all_the_same(
    times: list[tuple[int, int]], muted: tuple[int, int]
) -> None:
    places = [(0, 2), (3, 6), (7, 9)]
    pieces = [Piece(*p, *t, 0) for p, t in zip(places, times, strict=True)]
    source = Transcript(
        "by ann ok", (Piece(0, 9, 0, 900, 0),), Words.of(tuple(pieces)), True, "en", 900
    )
    (redaction,) = redact(source, where(source, "ann")).redactions
    assert (redaction.start_ms, redaction.end_ms) == muted


def test_without_timed_words_the_turn_is_muted() -> None:
    source = transcript("who is it", "Maria here", timed=False)
    (redaction,) = redact(source, where(source, "Maria")).redactions
    assert (redaction.start_ms, redaction.end_ms) == (300, 500)


def test_speakers_are_letters_whatever_the_source_called_them() -> None:
    turns = tuple(Piece(2 * i, 2 * i + 1, i, i, i) for i in range(28))
    source = Transcript(" ".join("x" * 28), turns, Words(), True, "en", None)
    speakers = [u.speaker for u in redact(source).utterances]
    assert speakers[:2] == ["A", "B"]
    assert speakers[25:] == ["Z", "AA", "AB"]


@pytest.mark.parametrize(
    "ranges", [[(0, 3), (2, 5)], [(4, 5), (0, 3)], [(0, 99)], [(3, 3)], [(-1, 2)]]
)
def test_spans_that_nobody_can_apply_are_refused(ranges: list[tuple[int, int]]) -> None:
    with pytest.raises(Quarantine) as caught:
        redact(transcript("abc defg"), *ranges)
    assert caught.value.reason is QuarantineReason.DETECTOR_FAILED


def test_span_outside_every_turn_is_refused() -> None:
    source = Transcript("abc defg", (Piece(0, 3, 0, 1, 0),), Words(), True, "en", None)
    with pytest.raises(Quarantine) as caught:
        redact(source, (4, 8))
    assert caught.value.error_type == "SpanOutsideTurns"


def test_replacements_that_would_fill_the_memory_are_refused() -> None:
    source = transcript(*["12"] * 3000)
    with pytest.raises(Quarantine) as caught:
        redact(source, (0, len(source.text)), by="*" * len(source.text))
    assert caught.value.error_type == "ReplacementsTooLong"


def test_result_is_checked_before_it_is_sealed() -> None:
    with pytest.raises(Quarantine) as caught:
        redact(transcript("call 4155550199 now"))
    assert caught.value.reason is QuarantineReason.RESIDUAL_PII

"""What holds for any document: compared with sets of offsets, the slow and obvious way."""

import pickle
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from clearshard.evaluation.gold import GoldDocument, GoldSpan
from clearshard.evaluation.groups import Variant, group_of
from clearshard.evaluation.metrics import Counts, figures
from clearshard.evaluation.misses import misses
from clearshard.evaluation.scoring import score, score_document
from clearshard.records.transcript import Span

# Few characters, so that spans often meet; letters, digits, marks and spaces of several widths.
TEXTS = st.text(st.sampled_from("ab1é\U0001f600\U0001d49c\u0301٣-. \n\u00a0"), max_size=40)
LABELS = st.sampled_from(
    ["PERSON", "NAME", "PERSON_PUBLIC", "DATE", "ORG", "PHONE", "US_SSN", "NRP", "UNHEARD_OF"]
)
VARIANTS = st.sampled_from(Variant)


@dataclass(frozen=True)
class Case:
    document: GoldDocument
    predicted: tuple[Span, ...]


@st.composite
def cases(draw: st.DrawFn, name: str = "a") -> Case:
    text = draw(TEXTS)
    ranges = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)), LABELS)
    marked, found = draw(st.lists(ranges, max_size=6)), draw(st.lists(ranges, max_size=6))
    return Case(
        GoldDocument(name, text, tuple(GoldSpan(s, e, label) for s, e, label in marked if s < e)),
        tuple(Span(s, e, label, 0.5, "test") for s, e, label in found),
    )


@st.composite
def cases_with_gold(draw: st.DrawFn) -> Case:
    """Cases with at least one letter of gold, which counts in every variant."""
    case = draw(cases())
    text = case.document.text + "a"
    last = GoldSpan(len(text) - 1, len(text), "PERSON")
    return Case(GoldDocument("a", text, (*case.document.spans, last)), case.predicted)


@st.composite
def corpora(draw: st.DrawFn) -> list[Case]:
    return [draw(cases(name=str(i))) for i in range(draw(st.integers(0, 6)))]


def predictions(corpus: list[Case]) -> dict[str, tuple[Span, ...]]:
    return {case.document.id: case.predicted for case in corpus}


@given(corpora(), st.integers(0, 6), VARIANTS)
def test_merging_parts_is_scoring_all(corpus: list[Case], cut: int, variant: Variant) -> None:
    documents, predicted = [case.document for case in corpus], predictions(corpus)
    first = score(documents[:cut], predicted, variant)
    second = score(documents[cut:], predicted, variant)
    whole = score(documents, predicted, variant)
    assert first + second == whole == second + first
    assert pickle.loads(pickle.dumps(first)) == first


@given(cases_with_gold(), VARIANTS)
def test_a_perfect_prediction(case: Case, variant: Variant) -> None:
    gold = [span for span in case.document.spans if variant.counts(span.label)]
    same = [Span(span.start, span.end, span.label, 1.0, "test") for span in gold]
    result = figures(score_document(case.document, same, variant))
    assert (result.leak_rate, result.over_redaction, result.span_full) == (0, 0, 1)
    assert result.spans.f1 == 1
    assert all(group.same_group.f1 == 1 for group in result.groups.values())
    assert list(misses(case.document, same, variant)) == []
    if variant is Variant.ALL:  # in core, gold left out takes its characters out of precision
        assert result.chars.f1 == 1


@given(cases_with_gold(), VARIANTS)
def test_no_prediction(case: Case, variant: Variant) -> None:
    counts = score_document(case.document, (), variant)
    result = figures(counts)
    assert (result.leak_rate, result.over_redaction, result.span_full) == (1, 0, 0)
    assert result.chars.recall == result.spans.recall == 0
    assert result.chars.f1 == result.spans.f1 == 0
    assert len(list(misses(case.document, (), variant))) == counts.gold_spans


@given(cases(), VARIANTS)
def test_the_order_of_spans_does_not_matter(case: Case, variant: Variant) -> None:
    document = case.document
    turned = GoldDocument(document.id, document.text, document.spans[::-1])
    assert score_document(document, case.predicted, variant) == score_document(
        turned, case.predicted[::-1], variant
    )


@given(cases(), st.text(st.sampled_from("é\U0001f600\U0001d49c\u0301 "), min_size=1), VARIANTS)
def test_text_before_shifts_offsets_by_its_code_points(
    case: Case, before: str, variant: Variant
) -> None:
    by = len(before) + 1
    document = case.document
    moved = GoldDocument(
        document.id,
        f"{before}\n{document.text}",
        tuple(GoldSpan(s.start + by, s.end + by, s.label) for s in document.spans),
    )
    found = [Span(s.start + by, s.end + by, s.entity_type, 0.5, "test") for s in case.predicted]
    here = score_document(document, case.predicted, variant)
    there = score_document(moved, found, variant)
    alone = score_document(GoldDocument(document.id, before, ()), (), variant)
    assert there + Counts(documents=1) == here + alone


@given(cases(), VARIANTS)
def test_agrees_with_sets_of_offsets(case: Case, variant: Variant) -> None:
    text = case.document.text
    letters = {i for i, char in enumerate(text) if char.isalnum()}
    gold = [span for span in case.document.spans if variant.counts(span.label)]
    found = [span for span in case.predicted if span.start < span.end]
    in_gold = {i for span in gold for i in range(span.start, span.end)}
    in_any = {i for span in case.document.spans for i in range(span.start, span.end)}
    left_out = {
        i
        for span in case.document.spans
        if not variant.counts(span.label)
        for i in range(span.start, span.end)
    }
    removed = {i for span in found for i in range(span.start, span.end)}
    own = [
        set(range(span.start, span.end)) & letters or set(range(span.start, span.end))
        for span in gold
    ]
    counted = [
        span
        for span in found
        if (here := set(range(span.start, span.end))) & in_gold or not here & left_out
    ]
    tokens: list[set[int]] = [set()]
    for i, char in enumerate(text):
        if char.isspace():
            tokens.append(set())
        else:
            tokens[-1].add(i)
    plain = [token for token in tokens if token & letters and not token & in_any]

    counts = score_document(case.document, case.predicted, variant)
    assert counts.gold_chars == len(letters & in_gold)
    assert counts.leaked_chars == len(letters & in_gold - removed)
    assert counts.predicted_chars == len(letters & removed - left_out)
    assert counts.predicted_gold_chars == len((letters & removed - left_out) & in_gold)
    assert counts.gold_touched == sum(bool(chars & removed) for chars in own)
    assert counts.gold_full == sum(chars <= removed for chars in own)
    assert counts.predicted_spans == len(counted)
    assert counts.plain_tokens == len(plain)
    assert counts.removed_tokens == sum(bool(token & removed) for token in plain)
    for group, figure in counts.groups.items():
        ours = [span for span in gold if span.group is group]
        theirs = [span for span in counted if group_of(span.entity_type) is group]
        meet = {
            (g, p)
            for g, span in enumerate(ours)
            for p, other in enumerate(theirs)
            if span.start < other.end and other.start < span.end
        }
        assert (figure.gold_spans, figure.predicted_spans) == (len(ours), len(theirs))
        assert figure.gold_same_group == len({g for g, _ in meet})
        assert figure.predicted_same_group == len({p for _, p in meet})
    missed = list(misses(case.document, case.predicted, variant))
    assert len(missed) == counts.gold_spans - counts.gold_full

from clearshard.evaluation.gold import GoldDocument, GoldSpan
from clearshard.evaluation.groups import Variant
from clearshard.evaluation.misses import Miss, misses
from clearshard.records.transcript import Span

TEXT = "i am ann lee, born 5 may, of acme"
DOCUMENT = GoldDocument(
    "doc-1",
    TEXT,
    (GoldSpan(29, 33, "ORG"), GoldSpan(5, 12, "PERSON"), GoldSpan(19, 24, "DATE_OF_BIRTH")),
)
FOUND = [Span(9, 13, "PERSON", 0.9, "test"), Span(19, 24, "DATE_TIME", 0.9, "test")]


def test_yields_what_is_left_visible_in_the_order_of_the_text() -> None:
    assert list(misses(DOCUMENT, FOUND)) == [
        Miss("doc-1", "PERSON", 5, 12, 3, "ann lee", "ann •••", "", ""),
        Miss("doc-1", "ORG", 29, 33, 4, "acme", "acme", "", ""),
    ]


def test_core_leaves_out_what_does_not_count() -> None:
    assert [miss.label for miss in misses(DOCUMENT, FOUND, Variant.CORE)] == ["PERSON"]


def test_context_ends_with_the_text() -> None:
    first, second = misses(DOCUMENT, FOUND, context_chars=6)
    assert (first.before, first.after) == ("i am ", ", born")
    assert (second.before, second.after) == (", of "[-6:].rjust(6, "y"), "")


def test_the_repr_shows_no_text() -> None:
    assert all(
        word not in repr(miss)
        for miss in misses(DOCUMENT, FOUND, context_chars=40)
        for word in ("ann", "lee", "acme", "born")
    )

"""Numbers with the length and the check digit of a card."""

import pytest

from clearshard.recognizers.card import CardNumberRecognizer


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("it is 4111111111111111 yes", [(6, 22)]),
        ("4111 1111-1111.1111", [(0, 19)]),
        ("2221000000000009", [(0, 16)]),  # an issuer that Presidio does not know
        ("4222222222222", [(0, 13)]),
        ("6304000000000000000", [(0, 19)]),
        ("4111111111111112", []),  # wrong check digit
        ("424242424242", []),  # right, but too short
        ("42424242424242424242", []),  # right, but too long
        ("4111 1111\n1111 1111", []),
        ("a4111111111111111", []),
        ("4111111111111111b", []),
        ("4111111111111111-4", []),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", [(0, 31)]),
    ],
)
def test_cards(text: str, found: list[tuple[int, int]]) -> None:
    results = CardNumberRecognizer().analyze(text, ["CREDIT_CARD"])
    assert [(r.start, r.end) for r in results] == found
    assert all(r.score == 1.0 for r in results)

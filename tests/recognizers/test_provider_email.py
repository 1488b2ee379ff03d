"""Addresses of well-known mail providers."""

import pytest

from pipeline.recognizers.provider_email import find_provider_emails


def found(text: str) -> list[tuple[str, str]]:
    return [(text[f.start : f.end], f.entity_type) for f in find_provider_emails(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my email is clem 74 gmailcom ok", [("clem 74 gmailcom", "EMAIL_ADDRESS")]),
        (
            "ana dot ruiz at hotmail dot com\nyes",
            [("ana dot ruiz at hotmail dot com", "EMAIL_ADDRESS")],
        ),
        ("send it to\nbo_9@yahoo. com", [("bo_9@yahoo. com", "EMAIL_ADDRESS")]),
    ],
)
def test_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "i use gmail a lot",
        "send it to gmail com",
    ],
)
def test_nothing_to_find(text: str) -> None:
    assert found(text) == []

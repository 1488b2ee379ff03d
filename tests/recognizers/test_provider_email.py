"""Addresses of well-known mail providers."""

import pytest

from clearshard.recognizers.provider_email import find_provider_emails


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
        ("it's smith three at outlook okay", [("smith three at outlook", "EMAIL_ADDRESS")]),
        ("yes\nann dot smith at gmail", [("ann dot smith at gmail", "EMAIL_ADDRESS")]),
        ("j s nought 7 at hot mail", [("j s nought 7 at hot mail", "EMAIL_ADDRESS")]),
        ("my email is ann smith at yahoo", [("ann smith at yahoo", "EMAIL_ADDRESS")]),
    ],
)
def test_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "look at outlook please",
        "i work at yahoo",
        "check your mail at gmail",
        "i have email problems at yahoo",
        "i read my email in the morning at gmail",
        "i use gmail a lot",
        "send it to gmail com",
    ],
)
def test_nothing_to_find(text: str) -> None:
    assert found(text) == []

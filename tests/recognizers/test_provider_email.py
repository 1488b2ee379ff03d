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


@pytest.mark.parametrize(
    "text",
    [
        "people who live in the building",
        "and live us only",
        "i could not live de facto",
        "we live.in a flat",
        "where do you live\nin the summer",
        "i have comcast us and tv",
        "open yahoo in the browser",
        "i read it on yahoo. In the morning",
        "an account with verizon. us too",
        "we met at yahoo in sunnyvale",
        "Saturday Night Live in Beantown",
        "my gmail ca not open",
    ],
)
def test_a_country_is_no_ending_without_a_dot_or_an_at(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("it's ana ruiz yahoo dot in ok", "ana ruiz yahoo dot in"),
        ("my email is ana at yahoo dot in", "ana at yahoo dot in"),
        ("my email is bo 7 at live dot in", "bo 7 at live dot in"),
        ("it is bo@yahoo in right", "bo@yahoo in"),
        ("it is bo@live. in right", "bo@live. in"),
        ("it is bo7@live.de", "bo7@live.de"),
        ("it's ana 7 yahoo.ca", "ana 7 yahoo.ca"),
        ("it's ana live com", "ana live com"),
        ("it's ana 7 yahoo co in", "ana 7 yahoo co in"),
        ("my email is ann smith at yahoo in case you ask", "ann smith at yahoo"),
    ],
)
def test_a_country_ends_an_address_behind_a_dot_or_an_at(text: str, address: str) -> None:
    assert found(text) == [(address, "EMAIL_ADDRESS")]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("please put bo bo@gmail dot com there", "bo@gmail dot com"),
        ("add sam@gmail com to my contacts", "sam@gmail com"),
        ("Ann Lee ann.lee_7@hotmail.com", "ann.lee_7@hotmail.com"),
        ('"ann lee"<ann.lee@aol.com>', "ann.lee@aol.com"),
        ("clem 74@gmail com", "clem 74@gmail com"),
        ("ann dot lee@gmail com", "ann dot lee@gmail com"),
        ("j s lee @ gmail com", "j s lee @ gmail com"),
    ],
)
def test_before_a_written_sign_the_words_around_stay(text: str, address: str) -> None:
    assert found(text) == [(address, "EMAIL_ADDRESS")]

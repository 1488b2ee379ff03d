"""Each class of lookalikes is undone in the view, and nothing of a value in one stays."""

import random
import unicodedata
from collections.abc import Iterator

import pytest

from clearshard.records.states import Quarantine
from clearshard.redaction.redactor import Redactor
from clearshard.redaction.view.views import views_of

from .disguises import left_of
from .lookalikes import CLASSES, VALUES, ZEROS
from .making import KEY, config, transcript

CARRIER = "okay so the thing that you want is {} and that is all of it"
#: Enough around it that a file is not taken for one of another language.
REPLY = "thank you very much for all of that we will look into it and call you back"
ALLOWED = frozenset(f"{CARRIER} {REPLY}".split())
BATCH = 250


def letters(text: str) -> str:
    """In lowercase, without the marks of those languages that have some."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if c.isalnum())


@pytest.mark.parametrize("name", CLASSES)
def test_a_view_shows_the_value(name: str) -> None:
    disguise, kinds = CLASSES[name]
    draw = random.Random(name)
    for kind in kinds:
        value = VALUES[kind](draw)
        view = views_of(transcript(f"it is {disguise(value, draw)} so", timed=False))[0]
        assert letters(view.transcript.text) == letters(f"it is {value} so"), (kind, value)


def test_all_scripts_with_digits_are_there() -> None:
    assert len(ZEROS) >= 60
    assert {"\u0660", "\u0966", "\u0e50", "\uff10", "\U0001d7ce"} <= set(ZEROS)


def in_disguise(seed: int, of_each: int) -> Iterator[tuple[str, str, str]]:
    """Class, kind and a value of it in disguise."""
    draw = random.Random(seed)
    for name, (disguise, kinds) in CLASSES.items():
        for kind in kinds:
            for _ in range(of_each):
                yield name, kind, disguise(VALUES[kind](draw), draw)


def leaks(redactor: Redactor, values: list[tuple[str, str, str]]) -> Iterator[tuple[str, ...]]:
    for at in range(0, len(values), BATCH):
        some = values[at : at + BATCH]
        found = redactor.redact([transcript(CARRIER.format(value), REPLY) for *_, value in some])
        for (name, kind, value), result in zip(some, found, strict=True):
            assert not isinstance(result, Quarantine), (name, kind, ascii(value))
            if left := [word for word in left_of(result.text) if word not in ALLOWED]:
                yield name, kind, ascii(value), *map(ascii, left)


#: One class of each sort; `make soak` has all of them, and other values.
_SOME = (
    *("digits of 0660", "some digits of 0966", "shape 2160", "font 249c", "cyrillic", "phonetic"),
    *("hooks", "o for 0", "З for another", "unseen 200b", "direction 202d", "mark 0301"),  # noqa: RUF001
    *("blank 2003", "sign 00b7", "dash 2013", "full stop 00b7", "turned around"),
    "words turned around",
)


@pytest.fixture(scope="module")
def balanced() -> Redactor:
    """Without the recognizer of unknown words, which would take many for what they are not."""
    return Redactor(config(operator="tag", profile="balanced"), KEY)


def test_nothing_stays_of_a_value_in_lookalikes(balanced: Redactor) -> None:
    values = [value for value in in_disguise(3, 1) if value[0] in _SOME]
    assert len(values) > 60
    assert [*leaks(balanced, values)] == []

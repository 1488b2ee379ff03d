"""Nothing of a number or a name stays, however it is written: read as people would read it."""

import random
from collections.abc import Iterator

import pytest

from clearshard.records.states import Quarantine
from clearshard.records.transcript import RedactedTranscript
from clearshard.redaction.redactor import Redactor

from .disguises import disguised, left_of
from .making import KEY, config, transcript

CARRIER = "okay so the thing that you want is {} and that is all of it"
#: Enough around it that a file is not taken for one of another language.
REPLY = "thank you very much for all of that we will look into it and call you back"
#: Of tags and of escaped blanks, between the words of a value that go one by one.
MARKUP = frozenset(["a", "b", "href", "span", "stylea", "20"])
ALLOWED = frozenset(f"{CARRIER} {REPLY}".split()) | MARKUP
BATCH = 200


@pytest.fixture(scope="session")
def speech() -> Redactor:
    """The redactor as it runs, with the tagger."""
    return Redactor(config(operator="tag"), KEY)


def leaks(redactor: Redactor, seed: int, size: int) -> Iterator[tuple[str, list[str]]]:
    """Written transcripts with words in any view that are none of the sentence around a value."""
    draw = random.Random(seed)
    values = [disguised(draw) for _ in range(size)]
    sources = [transcript(CARRIER.format(value), REPLY) for value in values]
    quarantined = 0
    for value, result in zip(values, redactor.redact(sources), strict=True):
        quarantined += isinstance(result, Quarantine)
        if isinstance(result, RedactedTranscript):
            views = (
                result.text,
                " ".join(u.text for u in result.utterances),
                " ".join(result.words.texts),
            )
            for view in views:
                if left := [word for word in left_of(view) if word not in ALLOWED]:
                    yield value, left
    # Else nothing is shown by what was not written.
    assert quarantined <= size // 10


@pytest.mark.parametrize("seed", range(10))
def test_nothing_stays_of_a_value_in_disguise(speech: Redactor, seed: int) -> None:
    assert list(leaks(speech, seed, BATCH)) == []


@pytest.mark.soak
def test_nothing_stays_of_a_hundred_thousand_values_in_disguise(speech: Redactor) -> None:
    found = [leak for seed in range(100, 600) for leak in leaks(speech, seed, BATCH)]
    assert found == []


#: A value with what transcribers and writers put into it and around it; none of its words may stay.
TYPED = (
    "415 [pause] 555 (laughs) 0132",
    "415 *sighs* 555 {noise} 0132",
    "**4**1**5** `555` 0132",
    "jo.doe [laughs] @ example.com",
    "**Ngozi** [coughs] *Adichie*",
)


@pytest.mark.parametrize("value", TYPED)
def test_nothing_stays_of_a_value_with_sounds_or_emphasis_in_it(
    speech: Redactor, value: str
) -> None:
    sources = [
        transcript(CARRIER.format(value), REPLY),
        transcript("so it is", *value.split(), REPLY),
        transcript(f"my name is {value} and that is all of it", REPLY),
    ]
    sounds = {"pause", "laughs", "sighs", "noise", "coughs", "my", "name"}
    for result in speech.redact(sources):
        assert isinstance(result, RedactedTranscript)
        assert [word for word in left_of(result.text) if word not in ALLOWED | sounds] == []


def test_a_capital_before_a_sign_is_no_other_encoding(speech: Redactor) -> None:
    names = ["“ANDRÉ”", "ZOË\u00ad ADICHIE", "CHLOÉ\u00a0OKONKWO", "NOÉ\u2019S FRIEND"]
    sources = [transcript(f"please ask for mr {name} there", REPLY) for name in names]
    for name, result in zip(names, speech.redact(sources), strict=True):
        assert isinstance(result, RedactedTranscript), name
        # Whose friend it is must go; that it is one may stay.
        left = {word for word in left_of(result.text) if word[:2] in name}
        assert left <= {"FRIEND"}

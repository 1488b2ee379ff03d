"""Whatever a document is, it is read wholly, or quarantined with a rule and a place."""

import json
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest

from clearshard.records.states import Quarantine
from clearshard.sources.adapters import Form as ReadAs
from clearshard.sources.alignment import letters
from clearshard.sources.transcripts import is_called, read_transcript
from data.generator.people import DECOY_NAME
from data.generator.recognisers import Form
from tests.sources.mutations import encoded, is_consistent, mangle, mutate

from .forms import READERS, document, made_of, others, says
from .reading import refused

_ENGLISH = ReadAs("auto", "en")
#: A name of an error or a rule, and a path and types that are named in the code.
_DETAIL = re.compile(
    r"[A-Za-z_]+(: (?:[a-zA-Z_]+|\[\d+\]|\.)+(?: \((?:expected|missing) [a-z_ ]+\))?"
    r"|: [a-z_]+ and [a-z_]+(?: and [a-z_]+)*)?"
)
OTHERS = list(others())
_names = [f"{form.name}.{form.suffix}" for form in OTHERS]


def _of(value: Any, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        found.append(value)
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            _of(inner, found)
    return found


def _says_no_content(problem: Quarantine) -> None:
    assert _DETAIL.fullmatch(problem.error_type), problem.error_type


@pytest.mark.parametrize("form", OTHERS, ids=_names)
def test_a_mutated_document_is_read_wholly_or_not(form: Form) -> None:
    _mutated(form, 3, 150)


@pytest.mark.soak
@pytest.mark.parametrize("form", OTHERS, ids=_names)
def test_many_mutated_documents_are_read_wholly_or_not(form: Form) -> None:
    for seed in range(10, 30):
        _mutated(form, seed, 500)


def _mutated(form: Form, seed: int, times: int) -> None:
    rng = random.Random(f"{form.name}/{seed}")
    base = made_of(form, seed)
    read = 0
    for _ in range(times):
        made = {"made": document(base)}
        for _ in range(rng.randrange(1, 4)):
            mutate(rng, made)
        content = encoded(rng, made.get("made"))
        try:
            found = read_transcript(content, 10_000, None, _ENGLISH)
        except Quarantine as problem:
            _says_no_content(problem)
            continue
        read += 1
        is_consistent(found)
        assert sorted(letters(found.text)) == says(READERS[form.name], json.loads(content))
    assert read > 5


@pytest.mark.parametrize("form", OTHERS, ids=_names)
def test_damaged_bytes_are_read_or_quarantined(form: Form) -> None:
    rng = random.Random(form.name)
    content = made_of(form, 3).encode()
    for _ in range(150):
        damaged = mangle(rng, content)
        try:
            is_consistent(read_transcript(damaged, 10_000, None, _ENGLISH))
        except Quarantine as problem:
            _says_no_content(problem)
        is_called(damaged, "x", _ENGLISH)


@pytest.mark.parametrize("form", OTHERS, ids=_names)
def test_a_key_that_is_there_twice_is_malformed_at_any_depth(form: Form) -> None:
    made = document(made_of(form, 3))
    objects = _of(made, [])
    rng = random.Random(0)
    for place in [0, *rng.sample(range(len(objects)), min(40, len(objects)))]:
        holder = objects[place]
        key = rng.choice(sorted(holder))
        held = holder.pop(key)
        holder["HERE"] = held
        pair = json.dumps(held)
        twice = f"{json.dumps(key)}: 7, {json.dumps(key)}: {pair}"
        content = json.dumps(made).replace(f'"HERE": {pair}', twice).encode()
        assert refused(content) == ("malformed", "DuplicateKey")
        del holder["HERE"]
        holder[key] = held


def _bombs() -> Iterator[str]:
    yield "[" * 100_000 + "]" * 100_000
    yield '{"a":' * 100_000 + "1" + "}" * 100_000
    yield "9" * 5000
    yield "1e999"
    yield "NaN"
    yield "Infinity"
    yield r'"\ud83d"'


@pytest.mark.parametrize("form", OTHERS, ids=_names)
def test_bombs_are_malformed_wherever_they_are(form: Form) -> None:
    made = document(made_of(form, 3))
    holders = [made[1] if isinstance(made, list) else made, _of(made, [])[-1]]
    for holder in holders:
        holder["unread"] = "HERE"
        text = json.dumps(made)
        for bomb in _bombs():
            content = text.replace('"HERE"', bomb).encode()
            reason, detail = refused(content)
            assert reason == "malformed"
            assert _DETAIL.fullmatch(detail)
        del holder["unread"]


@pytest.mark.parametrize("form", OTHERS, ids=_names)
def test_too_many_words_are_too_large(form: Form) -> None:
    with pytest.raises(Quarantine) as caught:
        read_transcript(made_of(form, 3).encode(), 3, None, _ENGLISH)
    assert str(caught.value.reason) == "too_large"


@pytest.mark.parametrize("form", OTHERS, ids=_names)
def test_what_nobody_may_read_is_not_read(form: Form) -> None:
    content = made_of(form, 3).encode()
    surname = DECOY_NAME.split()[1]
    if READERS[form.name] not in ("whisper", "whisperx"):  # they have no such fields
        assert surname.encode() in content
    assert surname not in read_transcript(content, 10_000, None, _ENGLISH).text

"""Which form a document has: by declared keys, and never by a guess."""

import json
from itertools import combinations
from typing import Any

import pytest

from clearshard.config import Format
from clearshard.sources.adapters import ADAPTERS, ENDPOINT, FOREIGN, Form, adapter_for, outline_of
from clearshard.sources.json_keys import Fields
from data.generator.recognisers import FORMS
from tests.sources.transcript import transcript

from .forms import READERS, document, made_of
from .reading import read, refused


def _by_name(form: str, content: str, asked: Format = "auto") -> str:
    return adapter_for(outline_of(content.encode()), asked).name


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.name}.{form.suffix}")
def test_every_form_is_known_by_its_keys(form: Any) -> None:
    for seed in range(3):
        assert _by_name(form.name, made_of(form, seed)) == READERS[form.name]


def test_every_adapter_has_a_form_that_is_tested() -> None:
    assert {adapter.name for adapter in ADAPTERS} == set(READERS.values())


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.name}.{form.suffix}")
def test_what_is_chosen_is_read_as_that(form: Any) -> None:
    made = made_of(form, 1)
    name = READERS[form.name]
    chosen = next(adapter.format for adapter in ADAPTERS if adapter.name == name)
    expected = read(made.encode(), "x", Form("auto", "en"))
    assert read(made.encode(), "x", Form(chosen, "en")) == expected
    for other in {adapter.format for adapter in ADAPTERS} - {chosen}:
        if (name, other) == ("whisper", "whisperx"):
            continue  # the one is the other with a text
        reason, detail = refused(made.encode(), "x", Form(other, "en"))
        # A job of AWS says that it is "COMPLETED", which is no status of the endpoint.
        assert reason == "malformed" or detail == "status"


def test_signs_of_two_forms_are_nobodys() -> None:
    """Any two documents in one have the signs of both."""
    singles = {READERS[f.name]: document(made_of(f, 1)) for f in FORMS if f.suffix == "json"}
    singles["streaming"] = singles["streaming"][2]
    assert len(singles) == len(ADAPTERS)
    for (first, one), (second, two) in combinations(singles.items(), 2):
        results = {**one.get("results", {}), **two.get("results", {})}
        both = {**one, **two, **({"results": results} if results else {})}
        if {first, second} == {"assemblyai", "aws_transcribe"}:
            both.pop("jobName")
        reason, detail = refused(both)
        assert reason == "malformed"
        assert detail.startswith("ambiguous_format: "), (first, second, detail)


@pytest.mark.parametrize("made", [{}, {"a": 1}, {"text": "x"}, [], [{}], {"results": 1}, [[1]]])
def test_signs_of_none_are_nobodys(made: Any) -> None:
    assert refused(made)[0] == "malformed"


def test_keys_that_anybody_could_add_do_not_take_a_transcript_away() -> None:
    """One of another form's keys is not its signs."""
    plain = read(transcript())
    for key in sorted(FOREIGN - {"segments", "jobName", "word_segments"}):
        for value in (None, 7, "x", {"a": 1}, [1]):
            assert read(transcript(**{key: value})) == plain


def test_the_known_form_is_told_without_looking_further(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_: bytes) -> Fields:
        raise AssertionError

    monkeypatch.setattr("clearshard.sources.transcripts.outline_of", never)
    assert read(transcript()).text
    assert read(transcript(), form=Form("assemblyai")).text


def test_no_key_tells_a_form_that_is_not_asked_for() -> None:
    """Every sign of another form has a key that the quick look sees."""
    for adapter in ADAPTERS:
        for sign in adapter.signs if adapter is not ENDPOINT else ():
            top = {key.removeprefix("[].").split(".")[0] for key in sign.has}
            assert top & FOREIGN or {"words", "language"} <= top


def test_the_endpoints_form_says_its_own_language() -> None:
    made = transcript(language_code=None)
    assert read(made, form=Form(language="en")).language == ""


def test_lines_may_be_json_of_any_style() -> None:
    form = next(form for form in FORMS if form.name == "aws-transcribe")
    made = document(made_of(form, 2))
    plain = read(made, "x")
    for style in ({"indent": 2}, {"separators": (" , ", " : ")}, {"ensure_ascii": False}):
        assert read(b"\xef\xbb\xbf\n " + json.dumps(made, **style).encode(), "x") == plain

"""Reads a document and says what came out, or why nothing did."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from clearshard.records.states import Quarantine
from clearshard.records.transcript import Transcript
from clearshard.sources.adapters import Form
from clearshard.sources.transcripts import read_transcript

Json = dict[str, Any]


def read(made: Any, own_id: str | None = None, form: Form | None = None) -> Transcript:
    content = made if isinstance(made, bytes) else json.dumps(made).encode()
    return read_transcript(content, 10_000, own_id, form or Form())


def refused(made: Any, own_id: str | None = None, form: Form | None = None) -> tuple[str, str]:
    with pytest.raises(Quarantine) as caught:
        read(made, own_id, form)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return str(caught.value.reason), caught.value.error_type


def edited(made: Json, change: Callable[[Any], Any]) -> Json:
    made = copy.deepcopy(made)
    change(made)
    return made


def turns(found: Transcript) -> list[tuple[str, int | None, int | None, int | None]]:
    text = found.text
    return [(text[t.start : t.end], t.start_ms, t.end_ms, t.speaker) for t in found.turns]


def words(found: Transcript) -> list[tuple[str, int | None, int | None, int | None]]:
    text = found.text
    return [(text[w.start : w.end], w.start_ms, w.end_ms, w.speaker) for w in found.words]


def voices(found: Transcript) -> list[int | None]:
    """The channel of each turn."""
    return [None if t.speaker is None else found.channels[t.speaker] for t in found.turns]

"""A model is loaded if it is the one whose digest is written down, and not otherwise."""

import hashlib
from pathlib import Path

import pytest

from clearshard.errors import ConfigError
from clearshard.recognizers import unknown_word
from clearshard.recognizers.models import DIGESTS, STOCK, TAGGER, WORDS
from clearshard.redaction import ner
from clearshard.tagger.model import tagger_path


def test_the_digests_are_those_of_the_models() -> None:
    assert {
        TAGGER: hashlib.sha256(tagger_path().read_bytes()).hexdigest(),
        WORDS: hashlib.sha256(unknown_word.word_list().read_bytes()).hexdigest(),
        STOCK: ner.pipeline_digest(STOCK),
    } == DIGESTS


def test_a_pipeline_of_another_release_is_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DIGESTS, STOCK, "0" * 64)
    with pytest.raises(ConfigError, match=f"{STOCK} → is not the model of this release"):
        ner.load_ner(STOCK)


def test_a_list_of_words_that_was_cut_off_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(unknown_word.word_list().read_bytes()[:-9])
    monkeypatch.setattr(unknown_word, "word_list", lambda: path)
    with pytest.raises(ConfigError, match=WORDS):
        unknown_word.ordinary_words.__wrapped__()

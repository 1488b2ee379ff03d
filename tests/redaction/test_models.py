"""A model is loaded if it is the one whose digest is written down, and not otherwise."""

import hashlib
import shutil
from pathlib import Path

import pytest

from clearshard.errors import ConfigError
from clearshard.recognizers import unknown_word
from clearshard.recognizers.models import DIGESTS, SPEECH, STOCK, WORDS
from clearshard.redaction import ner


def test_the_digests_are_those_of_the_models() -> None:
    assert {
        SPEECH: ner.pipeline_digest(str(ner.speech_model())),
        WORDS: hashlib.sha256(unknown_word.word_list().read_bytes()).hexdigest(),
        STOCK: ner.pipeline_digest(STOCK),
    } == DIGESTS


def test_a_model_of_which_one_bit_is_another_is_not_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(ner.speech_model(), tmp_path / "model"))
    weights = folder / "ner" / "model"
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)
    monkeypatch.setattr(ner, "speech_model", lambda: folder)
    with pytest.raises(ConfigError, match=f"{SPEECH} → is not the model of this release"):
        ner.load_ner(str(folder))


def test_a_list_of_words_that_was_cut_off_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(unknown_word.word_list().read_bytes()[:-9])
    monkeypatch.setattr(unknown_word, "word_list", lambda: path)
    with pytest.raises(ConfigError, match=WORDS):
        unknown_word.ordinary_words.__wrapped__()

"""Small recognizers of chance weights, and texts."""

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.language import Language

from clearshard.redaction.entities import Entity

GOLD = Path(__file__).parents[3] / "data" / "samples" / "gold.jsonl"
LABELS = ("PERSON", "PLACE", "TIME-OF-DAY")


def turns(words: int) -> list[str]:
    """Turns of the invented sample calls, from all over the file."""
    lines = GOLD.read_text("utf-8").splitlines()
    random.Random(1).shuffle(lines)
    said = [turn for line in lines for turn in json.loads(line)["text"].split("\n")]
    found: list[str] = []
    while words > 0:
        found.append(said.pop())
        words -= len(found[-1].split())
    return found


def tok2vec(width: int = 16, depth: int = 2, pieces: int = 2, **other: Any) -> dict[str, Any]:
    return {
        "@architectures": "spacy.HashEmbedCNN.v2",
        "width": width,
        "depth": depth,
        "embed_size": 120,
        "window_size": 1,
        "maxout_pieces": pieces,
        "subword_features": True,
        "pretrained_vectors": None,
        **other,
    }


def parser(hidden: int = 8, pieces: int = 2, **other: Any) -> dict[str, Any]:
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": hidden,
        "maxout_pieces": pieces,
        "use_upper": True,
        "nO": None,
        "tok2vec": tok2vec(),
        **other,
    }


def recognizer(seed: int = 0, factory: str = "ner", **model: Any) -> Language:
    """A pipeline with a recognizer of chance weights."""
    nlp = spacy.blank("en")
    pipe: Any = nlp.add_pipe(factory, name="ner", config={"model": parser(**model)})
    for label in LABELS:
        pipe.add_label(label)
    nlp.initialize()
    rng = np.random.default_rng(seed)
    for node in pipe.model.walk():
        for name in node.param_names:
            weights = node.get_param(name)
            scale = 1.5 / max(1, weights.shape[-1]) ** 0.5 if weights.ndim > 1 else 0.7
            weights[...] = rng.normal(0, scale, weights.shape)
    return nlp


def of_spacy(nlp: Language, texts: list[str]) -> list[list[Entity]]:
    """What spaCy finds in each."""
    return [
        [Entity(e.label_, e.start_char, e.end_char) for e in doc.ents] for doc in nlp.pipe(texts)
    ]

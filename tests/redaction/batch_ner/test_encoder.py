"""The encoder computes what thinc computes, up to rounding."""

import numpy as np
import pytest

from clearshard.redaction.batch_ner.encoder import Encoder
from clearshard.redaction.batch_ner.parameters import read_parameters
from clearshard.redaction.batch_ner.word_types import WordTypes

from .making import recognizer, tok2vec


@pytest.mark.parametrize(("width", "depth"), [(16, 1), (24, 2), (16, 5)])
@pytest.mark.parametrize("tokens", [1, 7, 700])
def test_same_vectors(width: int, depth: int, tokens: int) -> None:
    nlp = recognizer(depth, tok2vec=tok2vec(width, depth))
    parameters = read_parameters(nlp)
    texts = ["one", " ".join(f"word{i}" for i in range(tokens)), "the end"]
    docs = [nlp.make_doc(text) for text in texts]
    layers = nlp.get_pipe("ner").model.get_ref("tok2vec").layers
    expected = np.concatenate(layers[0].predict(docs))

    types = WordTypes(parameters)
    encoder = Encoder(parameters, 8192)
    stream = [0] * depth
    rows: list[int] = []
    for doc in docs:
        rows += range(len(stream), len(stream) + len(doc))
        words = doc.to_array(list(parameters.columns)).astype(np.uint64)
        stream += [*types.numbers(words), *[0] * depth]
    vectors = encoder.encode(np.array(stream), np.array(rows), types)

    assert np.abs(vectors + encoder.offset - expected).max() < 1e-4

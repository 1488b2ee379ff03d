"""spaCy's entity recognizer, run over many texts at once: the same weights, the same entities.

The path of a batch, file by file:

    word_cache    texts → tokens, each the number of a word type (spaCy's tokenizer, remembered)
    plain_words   which pieces need no tokenizer to be one token
    word_types    word type → its embedding, computed once
    first_layer   embeddings → first layer, mostly looked up
    encoder       the other layers, over one padded stream of all texts
    transitions   which tokens begin an entity, and where each one ends
    runtime       the batches, and spaCy itself where two actions score too close to tell apart

`parameters` reads the weights and refuses every network that is not exactly of this form.
"""

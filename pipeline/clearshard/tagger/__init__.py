"""One tagger that reads the conversation: what was asked, what was answered, what is read back.

In the order of the data:

    tokens      a text → typed tokens
    features    a token → rows of the weights
    model       the file of the weights → tables and layers, checked
    vectors     tokens → a vector of whole numbers each, remembered by word
    network     vectors → a score for each token and class
    tagging     texts → what is personal in them

How the weights were made: `models/tagger_en`.
"""

"""Writes `data/samples/`: invented calls, their manifest, their registry, and the truth about them.

    python -m data.generator OUT_DIR

The path from nothing to a folder, module by module:

    people, identifiers    invented persons, and numbers that are reserved or were never issued
    spoken                 digits, dates, spellings and addresses put into words
    saying                 one datum as one speaker would say it, marked with its label
    turns                  marked pieces, turns, and the text with offsets that they make
    scene                  one call being written: who speaks, in which style, what was said so far
    exchanges, smalltalk   question-and-answer moves that every kind of call shares
    scenarios              what the calls are about, mostly as lists of lines
    calls                  one scenario played to the end: a call with its gold spans
    transcript             the call as the JSON of a transcript endpoint, with invented timings
    faulty                 the same JSON, broken in one way each
    accounts, manifest     the registry and the files, each with the reasons it was built to cause
    samples                the plan: which call belongs to whom, and what must become of it
    readme                 the README of the folder, with the list of odd files

Gold spans and expected outcomes are known by construction: a template says which piece is a name,
a row says which rule it breaks. Nothing is found by searching the text afterwards.

Randomness is a `random.Random` passed as an argument and only the standard library is used, so that
the same version of this package always writes the same bytes.
"""

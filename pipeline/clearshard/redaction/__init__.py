"""Transcripts in, redacted transcripts or reasons for quarantine out. One decision for all views.

    view        a transcript as it looks, which all that finds anything reads in its place
    ner         a spaCy pipeline with nothing in it but what finds entities
    batch_ner   such an NER in a runtime of its own, many turns at a time
    reading     how the NER reads turns: in that runtime, or else in spaCy
    patterns    recognizers over many texts, each where it can find something
    written     what was said, as it would be written, for patterns of a user
    context     Presidio's context words, in linear time
    scores      how sure the NER is
    once        what is asked for several times in a row, worked out once
    in_vain     what is configured to find something and never could
    detector    batched NER and recognizers → what is found
    steps       what becomes of it, in order, down to disjoint spans; each step obeys what is asked
    step_kinds  the three things that a step can do
    personal    drops what an NER reads that is no personal data
    foreign_words, propagate, whole_words  find more
    resolve     overlapping, nested and touching candidates → disjoint spans
    identities  which spans name the same person or value
    operators   the ways to replace a value
    invented    names of people and places to draw from
    replace     what stands in the place of each span
    apply       the spans applied to text, utterances and words together; seals the result
    residual    an independent look at the result: is anything left, do the views agree?
    below_default  what a configuration leaves in the text that the default takes out
    redactor    the steps above for a batch; every failure quarantines one file

A step that fails for a file quarantines it. Nothing here passes text on because a step failed.
"""

import clearshard.recognizers  # noqa: F401 - says what the libraries may load, before they do

"""How sure a NER and the tagger are, for whoever must know it without loading one."""

#: The score that Presidio gives to whatever its spaCy model finds. No recognizer of names that
#: travels with this package is surer.
NER_SCORE = 0.85
#: What the tagger's findings are said to come from.
TAGGER = "ConversationTagger"
#: The score of what is just above its threshold; the surest scores as much as what a NER finds.
TAGGER_LEAST = 0.5
_LEAST = round(100 * TAGGER_LEAST)
_STEPS = round(100 * NER_SCORE) - _LEAST


def tagger_score(margin: int, whole: int) -> float:
    """The score of what the tagger has found: the surer it is, the higher.

    In whole numbers and to two decimals, so that it is the same on every processor.

    Args:
        margin: By how much it is above the threshold, 0 or more.
        whole: The margin of what is as sure as anything.
    """
    return (_LEAST + min(_STEPS, _STEPS * margin // whole)) / 100

"""How sure a NER is and what the tagger is called, for whoever must know it without loading one."""

#: The score that Presidio gives to whatever its spaCy model finds. No recognizer of names that
#: travels with this package is surer.
NER_SCORE = 0.85
#: What the tagger's findings are said to come from.
TAGGER = "ConversationTagger"

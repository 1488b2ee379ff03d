"""How sure the tagger must be, by profile, before `calibrate.py` tells the classes apart.

In logarithms of the odds of a class against the likeliest that is not removed.
"""

#: Profile → the threshold of all classes.
THRESHOLDS = {"strict": -2.0, "balanced": -1.0}
#: How much less than that, for a word in no dictionary.
POSSIBLE = 3.5

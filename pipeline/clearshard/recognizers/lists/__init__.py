"""Words of the types on request: what a recognizer looks for, and a tagger learns beside others.

Common words alone. What is in none of these lists is for the tagger to find, by what stands around
it.
"""

"""What was said, as it would be written, so that a user's patterns for written values read speech.

"four one five double five five" → "415555", "twenty first" → "21st", "b as in boy" → "b", "s k y
dash one" → "sky-1". The field calls this inverse text normalization. Only the surroundings of what
is rewritten are given back, and every range of a written form can be put back to where it was said.

parts   a text → words that stand for digits and letters
runs    parts → those that belong to one value, over pauses, signs and changes of turn
values  a run → what its parts come to, one by one
pieces  values → what is written in place of what was said
forms   a text → its written forms
"""

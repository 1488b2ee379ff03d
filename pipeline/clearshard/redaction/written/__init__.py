"""What was said, as it would be written, so that patterns for written values read speech too.

"four one five double five five" → "415555", "twenty first" → "21st", "b as in boy" → "b", "jo dot
smith at example dot com" → "jo.smith@example.com". The field calls this inverse text normalization.
Only the surroundings of what is rewritten are given back, and every range of a written form can be
put back to where it was said.

parts      what was said → words that stand for digits, letters and signs
numbers    parts of one line → pieces of its written form
runs       parts that belong to one value, over lines and speakers → its pieces
addresses  the same for addresses of mail and of the web
forms      a text → its written forms
"""

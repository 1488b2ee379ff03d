"""A transcript as it looks to whoever reads it: what all detection reads in its place.

The same name or number can be written with letters that are drawn alike, with characters that
nobody sees between its own, as HTML, or with marks behind its letters. Recognizers know none of
that; here it is undone once, for all of them, and every range of the view can be put back to where
it came from. Plain text is its own view and costs next to nothing.

markup      entities and tags → what a browser shows
escapes     escapes of other encodings → the characters that they stand for
overrides   what is drawn from right to left → as it is read
characters  characters → those that they look like; what nobody sees → nothing
numerals    letters drawn as digits, in numbers → digits
scripts     words in a script that the language does not use
extent      where words and characters end that must not be cut
alignment   a rewritten text, and which range of the text each range of it came from
views       a transcript → its views, with the way back
"""

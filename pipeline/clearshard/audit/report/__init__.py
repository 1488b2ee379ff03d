"""Reports: HTML files that an auditor, or whoever asks of an account, can read, print and keep.

facts      an output folder → everything that the page says, as plain values
changes    what one policy has that the one before had not, line by line
charts     numbers → SVG, and nothing but numbers and words of this package
page       facts → HTML, by the templates beside it

The page holds its style and its script itself and refuses anything from elsewhere
(Content-Security-Policy). All of it can be read without the script, which only filters the table.
Every value goes through the template's escaping, and names from outside through `printable` before
that: an id that is markup, a formula or a mark that turns the line around is shown as what it is.
"""

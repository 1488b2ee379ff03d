"""What finds personal data besides the tagger: one recognizer a file, and one table of them.

    table             every recognizer that runs, in order: Presidio's, the project's, the user's
    never             patterns that can never find anything
    user_file         the user's pattern recognizers, from a file in Presidio's YAML form
    fail_closed       makes Presidio's pattern matching raise where it would skip and go on
    iban, phone       Presidio's, without their own ways to skip and go on
    number_sequence   six or more digits, written or spoken, over fillers and line breaks
    card              numbers with the check digit of a card
    url, handle       addresses in the web, names of accounts
    unknown_word      words that are in no dictionary
    dates             which of a NER's dates could be a birthday
    vocabulary        words that several of them share
    frameworks        keeps Presidio and spaCy from loading what nothing here uses
    late              a regular expression that is compiled when it is first used
    requested, lists  what is found for whoever asks for it, and words that it looks for
    gate, finder      where a recognizer can find something at all; a function in Presidio's shape

A recognizer sees the canonical text of one transcript in which turns are separated by a line break,
and reports spans of it. Its input is never logged: see `fail_closed.silence_presidio`.
"""

from clearshard.recognizers.frameworks import deny_frameworks

# Before any of them is imported, and everything that does so is in or above this package.
deny_frameworks()

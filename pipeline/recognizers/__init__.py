"""What finds personal data besides the NER: one recognizer a file, and one explicit table of them.

    table             every recognizer that runs, in order: Presidio's, the project's, the user's
    user_file         the user's pattern recognizers, from a file in Presidio's YAML form
    fail_closed       makes Presidio's pattern matching raise where it would skip and go on
    iban, phone       Presidio's, without their own ways to skip and go on
    number_sequence   six or more digits, written or spoken, over fillers and line breaks
    spoken_email      addresses said aloud: "maria dot lopez at example dot com"

A recognizer sees the canonical text of one transcript in which turns are separated by a line break,
and reports spans of it. Its input is never logged: see `fail_closed.silence_presidio`.
"""

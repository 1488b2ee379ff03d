"""Email addresses said aloud."""

import pytest

from clearshard.recognizers.fail_closed import fail_closed
from clearshard.recognizers.spoken_email import SpokenEmailRecognizer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("it is jo at example dot hu thanks", ["jo at example dot hu"]),
        ("jo at example point com", ["jo at example point com"]),
        ("jo@example . com", ["jo@example . com"]),
        ("jo@example.is", ["jo@example.is"]),
        ("ok jo.li [at] example [dot] com", ["jo.li [at] example [dot] com"]),
        ("ok jo.li(at)example(dot)com", ["jo.li(at)example(dot)com"]),
        ("ok jo.li {at} example {dot} hu", ["jo.li {at} example {dot} hu"]),
        ("ok jo.li (@) example (.) com", ["jo.li (@) example (.) com"]),
        ("jo_li_at_example_dot_com", ["jo_li_at_example_dot_com"]),
        ("jo-li-at-example-dot-com", ["jo-li-at-example-dot-com"]),
        ("jo li at-sign example dot com", ["jo li at-sign example dot com"[3:]]),
        ("jo.li at symbol example dot com", ["jo.li at symbol example dot com"]),
        ("jo dot li umm at uh example uh dot com", ["jo dot li umm at uh example uh dot com"]),
        ("jo, dot li, at, example, dot, com", ["jo, dot li, at, example, dot, com"]),
        ("jo period li at example dotcom", ["jo period li at example dotcom"]),
        ("jo dot li at the rate of example dot com", ["jo dot li at the rate of example dot com"]),
        ("jo at the rate example dot com", ["jo at the rate example dot com"]),
        ("ask j smith at example dot com", ["j smith at example dot com"]),
        ("it's smith at example dot com", ["smith at example dot com"]),
        # Words that are names, or are named: of no sentence.
        ("sales at example dot com", ["sales at example dot com"]),
        ("write to hope at example dot com", ["hope at example dot com"]),
        ("it is will at example dot com", ["will at example dot com"]),
        ("it is seven at example dot com", ["seven at example dot com"]),
        ("i mailed smithson at example dot com", ["smithson at example dot com"]),
        ("it is @ example dot com", ["is @ example dot com"]),
        # Of the sentence before a host.
        ("i work at example dot com", []),
        ("find us at example dot com", []),
        ("please sign up at example.com", []),
        ("the pdf is at example dot org slash docs", []),
        ("it is on the site at example.com", []),
        ("check it out at www dot example dot com", []),
        ("he's at home dot com", []),
        ("i looked at the dot com bubble", []),
        # Endings that are words as well: of a sentence, of a phrase.
        ("look at me. It is", []),
        ("she looked at us. In the end", []),
        ("looked at one point in time", []),
    ],
)
def test_found(text: str, expected: list[str]) -> None:
    found = fail_closed(SpokenEmailRecognizer(), 5.0).analyze(text, ["EMAIL_ADDRESS"])
    assert [text[result.start : result.end] for result in found] == expected

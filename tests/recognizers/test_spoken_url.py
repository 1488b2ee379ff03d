"""Web addresses said aloud."""

import pytest

from clearshard.recognizers.fail_closed import fail_closed
from clearshard.recognizers.spoken_url import SpokenUrlRecognizer


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("go to w w w dot my dash shop dot com slash help okay", None),
        ("see example dot org please", "example dot org"),
        ("see www dot example dot com dot cy slash", "www dot example dot com dot cy slash"),
        ("go to example dot ch slash", "example dot ch slash"),
        ("at one point in time", ""),
        ("this period is over", ""),
        ("the dot on the i", ""),
        ("it is dot com", ""),
    ],
)
def test_found(text: str, found: str | None) -> None:
    results = fail_closed(SpokenUrlRecognizer(), 5.0).analyze(text, ["URL"])
    expected = ["w w w dot my dash shop dot com slash help"] if found is None else [found]
    assert [text[r.start : r.end] for r in results] == [value for value in expected if value]

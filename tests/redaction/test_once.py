import pytest

from clearshard.redaction.once import Once


def test_it_works_once_for_what_is_asked_in_a_row() -> None:
    asked: list[list[str]] = []

    def count(texts: list[str]) -> int:
        asked.append(texts)
        return len(texts)

    once = Once(count)
    assert [once(["a", "b"]), once(["a", "b"]), once([]), once([]), once(["a", "b"])] == [
        *(2, 2, 0, 0, 2)
    ]
    assert asked == [["a", "b"], [], ["a", "b"]]


def test_what_is_raised_is_raised_again() -> None:
    def fail(_: object) -> int:
        raise ValueError("no")

    once = Once(fail)
    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            once("a")

"""The user's pattern recognizers, in the form that Presidio reads."""

from pathlib import Path

import pytest

from clearshard.errors import ConfigError
from clearshard.recognizers.user_file import read_user_recognizers

GOOD = """
supported_languages: [en]
global_regex_flags: 16
recognizers:
  - name: MemberRecognizer
    type: custom
    supported_language: en
    supported_entity: MEMBER_ID
    patterns:
      - {name: member, regex: '\\bSKY-?[A-Z]{2}\\d{5}\\b', score: 0.8}
    context: [miles, points]
  - name: WordRecognizer
    supported_languages: [{language: en, context: [code]}, {language: de}]
    supported_entity: CODE_WORD
    deny_list: [swordfish, tadpole]
    deny_list_score: 0.6
  - name: Off
    enabled: false
    supported_entity: NEVER
    deny_list: [x]
"""
BAD = """
flags: 3
global_regex_flags: many
recognizers:
  - {name: A, supported_entity: X, patterns: [{name: p, regex: '(', score: 0.5}]}
  - {name: B, supported_entity: X, patterns: [{name: p, regex: 'a', score: 5}]}
  - {name: C, type: predefined}
  - {name: D, supported_entity: X, denylist: [a]}
  - {supported_entity: X, deny_list: [a]}
  - {name: F, supported_entity: X, supported_language: de, deny_list: [a]}
  - {name: G, supported_entity: my type, deny_list: [a]}
  - {name: H, supported_entity: X, deny_list: [a], score_thresholds: {default: 0.9}}
  - just a name
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "own.yaml"
    path.write_text(text, "utf-8")
    return path


def test_good_file(tmp_path: Path) -> None:
    member, word = read_user_recognizers(write(tmp_path, GOOD), "en")
    assert (member.name, member.supported_entities, member.context) == (
        "MemberRecognizer",
        ["MEMBER_ID"],
        ["miles", "points"],
    )
    assert (word.name, word.context) == ("WordRecognizer", ["code"])
    assert [(r.start, r.end, r.score) for r in member.analyze("it is SKY-AB12345", [])] == [
        (6, 17, 0.8)
    ]
    # global_regex_flags of the file: without IGNORECASE.
    assert member.analyze("it is sky-ab12345", []) == []
    assert [r.score for r in word.analyze("the tadpole", [])] == [0.6]


def test_bad_file_is_told_in_one_go(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_user_recognizers(write(tmp_path, BAD), "en")
    told = caught.value.problems
    wanted = [
        "flags → unknown key",
        "global_regex_flags → must be a number",
        "recognizers.0 → Invalid regex pattern: missing )",
        "recognizers.1.patterns → Value error, Pattern score should be between 0 and 1",
        "recognizers.2 → only recognizers of type custom",
        "recognizers.3.denylist → unknown key",
        "recognizers.4.name → Field required",
        "recognizers.5 → has no recognizer for language en",
        "recognizers.6.supported_entity → must be in UPPER_SNAKE_CASE",
        "recognizers.7.score_thresholds → unknown key",
        "recognizers.8 → only recognizers of type custom",
    ]
    assert len(told) == len(wanted)
    for line, start in zip(told, wanted, strict=True):
        assert line.startswith(start)
        assert "\n" not in line


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "recognizers → must be a list"),
        ("recognizers: []", "recognizers → must be a list"),
        ("- a", "recognizers → must be a list"),
        ("recognizers: {a: 1}", "recognizers → must be a list"),
        ("a: [\n  b: }", "is not YAML (line 2)"),
        ("recognizers: !!python/object/apply:os.getcwd []", "is not YAML"),
    ],
)
def test_no_such_file(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_user_recognizers(write(tmp_path, text), "en")
    assert caught.value.problems[0].startswith(problem)


def test_missing_and_undecodable(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_user_recognizers(tmp_path / "none.yaml", "en")
    (tmp_path / "latin.yaml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(ConfigError, match="UTF-8"):
        read_user_recognizers(tmp_path / "latin.yaml", "en")


WITHOUT_A_SCORE = """
recognizers:
  - {name: A, supported_entity: X, deny_list: [swordfish]}
  - {name: B, supported_entity: X, deny_list: [swordfish], deny_list_score: }
"""
IN_VAIN = """
recognizers:
  - {name: A, supported_entity: X, deny_list: [swordfish], deny_list_score: 0}
  - {name: B, supported_entity: X, deny_list: [], patterns: [{name: p, regex: a, score: 0.5}]}
  - {name: C, supported_entity: X, deny_list: [a], patterns: }
  - {name: D, supported_entity: X, deny_list: [a, '', ' ', 'b ']}
  - {name: E, supported_entity: X, context: [c], patterns: [{name: p, regex: a, score: 0}]}
  - {name: F, supported_entity: X, patterns: [{name: p, regex: '^$', score: 1}]}
  - {name: G, supported_entity: X, patterns: [{name: p, regex: '(?!)a', score: 1}]}
  - {name: H, enabled: false, supported_entity: X, deny_list: [a], deny_list_score: 0}
"""


def test_a_word_of_a_deny_list_is_found_for_certain(tmp_path: Path) -> None:
    for recognizer in read_user_recognizers(write(tmp_path, WITHOUT_A_SCORE), "en"):
        assert [r.score for r in recognizer.analyze("the swordfish", [])] == [1.0]


def test_what_can_never_find_anything_is_told_in_one_go(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_user_recognizers(write(tmp_path, IN_VAIN), "en")
    blank = "is blank, or begins or ends with white space: it would not be found"
    assert caught.value.problems == (
        "recognizers.0 → deny_list has score 0: it would find nothing",
        "recognizers.1.deny_list → is empty: it would find nothing",
        "recognizers.2.patterns → is empty: it would find nothing",
        f"recognizers.3.deny_list.1 → {blank}",
        f"recognizers.3.deny_list.2 → {blank}",
        f"recognizers.3.deny_list.3 → {blank}",
        "recognizers.4 → p has score 0: it would find nothing",
        "recognizers.5 → p matches no text: it would find nothing",
        "recognizers.6 → p matches no text: it would find nothing",
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (f"{GOOD}{GOOD}", "supported_languages → is there twice (line 22)"),
        (GOOD.replace("deny_list_score", "deny_list"), "deny_list → is there twice (line 16)"),
        (GOOD.replace("score: 0.8", "regex: x, score: 0.8"), "regex → is there twice (line 10)"),
    ],
)
def test_what_is_there_twice_is_not_lost(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "recognizers.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_user_recognizers(path, "en")
    assert caught.value.problems == (f"{problem}: one of them would be lost",)


def test_what_is_shared_by_a_merge_may_be_written_over(tmp_path: Path) -> None:
    path = tmp_path / "recognizers.yaml"
    path.write_text(
        "recognizers:\n"
        "  - &a {name: A, supported_entity: X, deny_list: [one]}\n"
        "  - {<<: *a, name: B, deny_list: [two]}\n"
    )
    assert [r.name for r in read_user_recognizers(path, "en")] == ["A", "B"]

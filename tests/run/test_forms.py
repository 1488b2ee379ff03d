"""Transcripts of other forms in whole runs: the settings that say how they are read."""

import json
from pathlib import Path
from typing import Any

import pytest

from clearshard.config import load_config
from clearshard.errors import ConfigError

from .resume.making import go, rows, write
from .world import World, small_world

#: As the configuration of these worlds goes on, behind [sources].
_STOCK = '\n[redaction]\nprofile = "stock"\n\n[limits]\nmax_quarantined_share = 1.0\n'
_WHISPER = {
    "text": " I would like four green chairs.",
    "segments": [{"start": 0.0, "end": 2.0, "text": " I would like four green chairs."}],
}
_BARE = {"text": "I would like five green chairs."}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("CLEARSHARD_KEY", bytes(range(126, 158)).hex())
    monkeypatch.setenv("CLEARSHARD_SIGNING_KEY", bytes(range(127, 159)).hex())
    made = small_world(tmp_path)
    made.file("whisper", "acct-good", b"")
    made.file("bare", "acct-good", b"")
    for name, content in (("whisper", _WHISPER), ("bare", _BARE)):
        (tmp_path / "transcripts" / f"{name}.json").write_text(json.dumps(content))
    return made


def _ends(world: World, settings: str) -> dict[str, Any]:
    write(world, settings + _STOCK)
    found = rows(world, go(world).record)
    return {name: (row["state"], row["reasons"]) for name, row in found.items()}


def test_a_language_that_nobody_says_must_be_said(world: World) -> None:
    """And what was said once does not go on to count when it is said no more."""
    unknown = ("quarantined", ["unsupported_language"])
    for settings, end in (("", unknown), ('language = "en"\n', ("written", [])), ("", unknown)):
        ends = _ends(world, settings)
        assert ends["whisper"] == end
        assert ends["good-0"] == ("written", [])
        assert any("four green chairs" in text for text in world.texts()) == (end != unknown)
    assert _ends(world, 'language = "de"\n')["whisper"] == unknown


def test_what_has_no_signs_is_read_only_as_what_it_is_said_to_be(world: World) -> None:
    assert _ends(world, 'language = "en"\n')["bare"] == ("quarantined", ["malformed"])
    ends = _ends(world, 'language = "en"\nformat = "whisper"\n')
    assert ends["bare"] == ends["whisper"] == ("written", [])
    assert ends["good-0"] == ("quarantined", ["malformed"])
    # Not tried again, but known to be as it was: the same end, whoever asks how often.
    assert _ends(world, 'language = "en"\nformat = "whisper"\n') == ends
    assert _ends(world, 'language = "en"\n')["good-0"] == ("written", [])


@pytest.mark.parametrize("line", ['format = "otter"', 'language = "English"', "language = 7"])
def test_a_form_that_nobody_reads_is_an_error(world: World, line: str) -> None:
    world.write(line + "\n")
    with pytest.raises(ConfigError) as caught:
        load_config(world.config)
    assert f"sources.{line.split()[0]} → " in str(caught.value)

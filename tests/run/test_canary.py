"""Invariant 6: personal data of the input is nowhere but in the input.

Every transcript carries canaries: values that detectors find, and words that are no personal data
but occur nowhere else. Values must be nowhere; words must be in shards only, and the words of
excluded and quarantined files nowhere.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from clearshard.cli.entry import _exit_code

from .world import World, transcript

EMAIL = "quillaphane.dvorsk@canary-mail.com"
CARD = "4111 1111 1111 1111"
PHONE = "212-555-0187"
VALUES = ("quillaphane", "canary-mail", "4111 1111", "4111111111111111", "555-0187")
#: In the dictionary, so that it stays in the shards, and nowhere else in the project.
WORD = "flibbertigibbet"
HELD_WORD = "perspicacious"


def _speech(word: str) -> dict[str, object]:
    return transcript(
        f"hello how can i help with your {word} order today",
        f"my email is {EMAIL} and my card is {CARD}",
        f"call me at {PHONE} please",
    )


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    # A short name: a socket of the run lies in its folder for temporary files.
    world = World(tmp_path_factory.mktemp("w"))
    world.account("good")
    world.account("out", opted_out="true")
    for number in range(6):
        world.file(f"good-{number}", "good", _speech(WORD))
    world.file("out-0", "out", _speech(HELD_WORD))
    held = _speech(HELD_WORD)
    world.file("truncated", "good", json.dumps(held)[:-40].encode())
    world.file("latin", "good", json.dumps(held).replace("hello", "héllo").encode("latin-1"))
    world.file("mistyped", "good", {**held, "words": [{"text": f"{EMAIL}", "start": EMAIL}]})
    world.file("mismatch", "good", {**held, "text": f"{HELD_WORD} {EMAIL}"})
    world.file("german", "good", {**held, "language_code": "de"})
    world.file("hostile", "good", transcript(f"{HELD_WORD} {EMAIL}", "x" * 5000))
    # Of an address in this form only the host is found.
    found_in_part = 'the form shows jl@"table mail"'
    world.file("residual", "good", transcript(f"{HELD_WORD} {EMAIL}", found_in_part))
    world.write("\n[limits]\nmax_quarantined_share = 1.0\n")
    return world


def _bytes_below(*folders: Path) -> Iterator[tuple[Path, bytes]]:
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                yield path, path.read_bytes().lower()


def _command(world: World, *more: str) -> list[str]:
    return [
        *(sys.executable, "-m", "clearshard", "run", "--config", str(world.config)),
        *(
            "--out",
            str(world.out),
            "--as-of",
            "2026-11-22T12:00:00Z",
            "--replay",
            "--workers",
            "1",
            *more,
        ),
    ]


def _environment(world: World) -> dict[str, str]:
    temporary = world.root / "tmp"
    temporary.mkdir(exist_ok=True)
    return {**os.environ, "TMPDIR": str(temporary), "PYTHONFAULTHANDLER": "0"}


def test_personal_data_is_nowhere_but_in_the_input(world: World) -> None:
    done = subprocess.run(
        _command(world), env=_environment(world), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    _is_nowhere(world, done.stdout + done.stderr)


def test_nor_is_it_in_what_a_program_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """In this process, workers included: how they start is no matter of what is told."""
    monkeypatch.setattr(tempfile, "tempdir", _environment(world)["TMPDIR"])
    assert _exit_code(_command(world, "--json")[3:]) == 0
    said = capfdbinary.readouterr()
    assert b'"event"' in said.err
    _is_nowhere(world, said.out + said.err)


def _is_nowhere(world: World, told: bytes) -> None:
    said = told.lower()
    outside_shards = [
        (path, content)
        for path, content in _bytes_below(world.out, world.root / "tmp")
        if "shards" not in path.parts
    ]
    assert outside_shards
    for value in (*VALUES, WORD, HELD_WORD):
        assert value.encode() not in said
        for path, content in outside_shards:
            assert value.encode() not in content, path
    texts = " ".join(world.texts()).lower()
    assert texts.count(WORD) == 6
    assert HELD_WORD not in texts
    for value in VALUES:
        assert value not in texts
    states = {file_id: state for file_id, (state, _) in _states(world).items()}
    quarantined = {"truncated", "latin", "mistyped", "mismatch", "german", "hostile", "residual"}
    assert {f for f, state in states.items() if state == "quarantined"} == quarantined


def _states(world: World) -> dict[str, tuple[str, list[str]]]:
    (record,) = (world.out / "runs").iterdir()

    class Named:
        run_id = record.stem

    return world.decisions(Named)  # type: ignore[arg-type]  # only its id is read


# After SIGKILL nothing is tidied up: whatever there is lies there.
@pytest.mark.parametrize(
    "how",
    [
        *(pytest.param(s, marks=pytest.mark.soak) for s in (signal.SIGINT, signal.SIGTERM)),
        signal.SIGKILL,
    ],
)
def test_an_interrupted_run_leaves_no_personal_data_and_nothing_visible(
    world: World, how: signal.Signals
) -> None:
    for number in range(60):
        world.file(f"more-{number}", "good", _speech(WORD))
    world.write("\n[limits]\nmax_quarantined_share = 1.0\n")
    process = subprocess.Popen(
        _command(world), env=_environment(world), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    # Once the first scratch file is there, work is in full swing.
    while not list(world.out.glob(".staging/*/scratch/*")):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(how)
    stdout, stderr = process.communicate(timeout=300)
    assert process.returncode in (1, -how)
    assert not (world.out / "runs").exists()
    assert not (world.out / "shards").exists()
    said = (stdout + stderr).lower()
    for value in VALUES:
        assert value.encode() not in said
        for path, content in _bytes_below(world.out, world.root / "tmp"):
            assert value.encode() not in content, path
    assert not list(world.root.rglob("core*"))

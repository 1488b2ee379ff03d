"""A Dockerfile as instructions, and what of a folder its COPY can see."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path


@dataclass(frozen=True)
class Instruction:
    """One instruction, on one line."""

    word: str
    rest: str


@dataclass(frozen=True)
class Stage:
    """What stands below one FROM."""

    base: str
    name: str
    instructions: tuple[Instruction, ...]

    def all(self, word: str) -> list[str]:
        """What follows a word, each time that it is there."""
        return [one.rest for one in self.instructions if one.word == word]


def parse(text: str) -> tuple[list[Instruction], list[Stage]]:
    """The instructions before the first stage, and the stages."""
    before: list[Instruction] = []
    stages: list[tuple[str, str, list[Instruction]]] = []
    for one in _instructions(text):
        if one.word == "FROM":
            words = one.rest.split()
            assert len(words) in (1, 3), one
            stages.append((words[0], words[2] if len(words) == 3 else "", []))
        else:
            (stages[-1][2] if stages else before).append(one)
    return before, [Stage(base, name, tuple(inner)) for base, name, inner in stages]


def _instructions(text: str) -> Iterator[Instruction]:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        word, rest = line.split(maxsplit=1)
        assert word.isupper(), line
        yield Instruction(word, rest)


def seen(root: Path, ignore: str) -> Iterator[Path]:
    """The files that a build is sent, relative to the root, as `.dockerignore` says.

    Of the patterns that fit a path, or a folder that it lies in, the last one counts.
    """
    patterns = [line for line in ignore.splitlines() if line and not line.startswith("#")]
    for top in root.iterdir():
        # What is made here may be millions of files.
        if top.name in (".git", ".venv", "build") and not _sent(Path(top.name), patterns):
            continue
        for path in (top, *top.rglob("*")):
            if path.is_file() and _sent(path.relative_to(root), patterns):
                yield path.relative_to(root)


def _sent(path: Path, patterns: list[str]) -> bool:
    names = [str(path), *(str(folder) for folder in path.parents if folder.name)]
    sent = True
    for pattern in patterns:
        plain = pattern.removeprefix("!")
        if any(_fits(name, plain) for name in names):
            sent = pattern.startswith("!")
    return sent


def _fits(name: str, pattern: str) -> bool:
    if pattern.startswith("**/"):
        parts = name.split("/")
        return any(_fits("/".join(parts[n:]), pattern[3:]) for n in range(len(parts)))
    pieces, parts = pattern.split("/"), name.split("/")
    return len(pieces) == len(parts) and all(map(fnmatchcase, parts, pieces))

"""The schedule as data, cell by cell against the published page."""

import hashlib

import pytest

from clearshard.lifecycle.retention.matrix import (
    Begin,
    Circumstance,
    Clause,
    parse_matrix,
    published_matrix,
)

from . import published
from .published import Cell

MATRIX = published_matrix()
BY_ID = {clause.id: clause for clause in MATRIX.clauses}
CIRCUMSTANCES = ("ttl", "baa", "neither", "request")


def _read_off(clause: Clause) -> Cell:
    """What a clause says, in the terms of the page."""
    begins: int | str
    match clause.begins:
        case Begin.AT_ONCE:
            asked = clause.circumstance is Circumstance.REQUEST
            begins = "request" if asked else "created"
        case Begin.AT_TTL:
            begins = "ttl"
        case Begin.NEVER:
            begins = "never"
        case Begin.AFTER:
            begins = clause.delay_us // 1_000_000
    window = clause.window_us // 1_000_000
    return Cell(
        begins,
        hashlib.sha256(clause.source.encode()).hexdigest()[:16],
        at_most=begins + window if window and isinstance(begins, int) else None,
        lag=clause.has_store_lag,
        linked=clause.linked_to == "final_transcript",
    )


@pytest.mark.parametrize(
    ("row", "place"), [(r, p) for r in published.ROWS for p in range(len(published.COLUMNS))]
)
def test_each_cell_of_the_table_is_a_clause(row: str, place: int) -> None:
    kind = published.ROWS[row]
    [(_, clause)] = [
        (n, c) for n, c in MATRIX.about(kind) if c.circumstance == CIRCUMSTANCES[place]
    ]
    assert clause.cell == f"{row} / {published.COLUMNS[place]}"
    assert _read_off(clause) == published.TABLE[kind][place]


@pytest.mark.parametrize("name", published.SENTENCES)
def test_each_sentence_beside_it_is_one(name: str) -> None:
    kinds, circumstance, cell = published.SENTENCES[name]
    clause = BY_ID[name]
    assert (clause.kinds, clause.circumstance) == (kinds, circumstance)
    assert _read_off(clause) == cell


@pytest.mark.parametrize("circumstance", CIRCUMSTANCES)
def test_speech_understanding_follows_the_transcript(circumstance: str) -> None:
    mine, transcript = (
        BY_ID[f"{kind}-{circumstance}"] for kind in ("speech-understanding", "final-transcript")
    )
    assert mine.linked_to == "final_transcript"
    found = _read_off(mine)
    assert found.sha256 == published.SPEECH_UNDERSTANDING
    wanted = _read_off(transcript)
    assert (found.begins, found.at_most, found.lag) == (wanted.begins, wanted.at_most, wanted.lag)


def test_there_is_no_other_clause() -> None:
    cells = len(published.ROWS) * len(published.COLUMNS)
    assert len(MATRIX.clauses) == cells + len(published.SENTENCES) + len(CIRCUMSTANCES)


def test_the_zero_retention_of_the_gateway_is_that_of_two_providers() -> None:
    assert BY_ID["gateway-baa"].providers == ("anthropic", "google")
    assert [c.id for c in MATRIX.clauses if c.providers] == ["gateway-baa"]


def test_only_of_uploaded_audio_a_longer_time_to_live_is_not_taken_to_be_meant() -> None:
    [clause] = [c for c in MATRIX.clauses if c.longest_ttl_us is not None]
    assert (clause.id, clause.longest_ttl_us) == ("uploaded-audio-ttl", 3 * 86_400 * 1_000_000)


def test_the_shortest_time_to_live_is_the_published_one() -> None:
    seconds, digest = published.MINIMUM_TTL
    assert MATRIX.minimum_ttl_us == seconds * 1_000_000
    assert hashlib.sha256(MATRIX.minimum_ttl_source.encode()).hexdigest()[:16] == digest


_HEAD = (
    'version = 1\ntitle = "t"\nminimum_ttl_seconds = 3600\nminimum_ttl_source = "s"\n'
    'providers = ["anthropic"]\n'
)
_CLAUSE = """
[[clauses]]
id = "one"
artefacts = ["thing"]
circumstance = "baa"
begins = "at_once"
cell = "c"
source = "s"
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('begins = "at_once"', ""),
        ('begins = "at_once"', 'begins = "after"'),
        ('begins = "at_once"', 'begins = "at_once"\nbegins_after_seconds = 1'),
        ('begins = "at_once"', 'begins = "after"\nbegins_after_seconds = 2\nat_most_seconds = 1'),
        ('begins = "at_once"', 'begins = "at_once"\nlonger = 1'),
        ('begins = "at_once"', 'begins = "at_once"\nlongest_ttl_seconds = 1'),
        ('begins = "at_once"', 'linked_to = "nothing"'),
        ('begins = "at_once"', 'begins = "at_once"\nlinked_to = "thing"'),
        ('begins = "at_once"', 'begins = "at_once"\nproviders = ["google"]'),
        ('circumstance = "baa"', 'circumstance = "baa_with_provider"'),
        ('circumstance = "baa"', 'circumstance = "friday"'),
        ('source = "s"\n', 'source = "s"\n' + _CLAUSE),
        ('source = "s"\n', 'source = "s"\n' + _CLAUSE.replace("one", "two")),
        ('["thing"]', "[]"),
    ],
)
def test_a_schedule_that_says_too_little_or_two_things_is_none(old: str, new: str) -> None:
    parse_matrix(_HEAD + _CLAUSE)
    assert old in _CLAUSE
    with pytest.raises(ValueError, match=r"."):
        parse_matrix(_HEAD + _CLAUSE.replace(old, new))

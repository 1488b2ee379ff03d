"""Ids that are one id in two spellings, and ids that are not."""

# ruff: noqa: RUF001 - letters that look like others are what this is about

import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearshard.eligibility.ids import MAX_ID_BYTES
from clearshard.eligibility.spelling import fold, folded

from .tables import Row, decide, reasons

SPELLINGS = [
    "ACCT-1é",
    " acct-1é ",
    "ac ct-1é",
    "ac\u200bct\u200d-1é",
    "\ufeffacct-1é",
    "acct\u00a0-1é",
    "acct\u3000-1é\u2028",
    "acct-1e\u0301",
    "acct-1e\u200b\u0301",
    "ＡＣＣＴ－１é",
    "acct\u20101é",
    "acct\u20111é",
    "acct\u20141é",
    "acct\u22121é",
    "acct\ufe631é",
    "acct-\u0661é",
    "acct-1é\ufe0f",
    "ac\u034fct-1é",
    "ac\u00adct-1é",
    "ac\u202ect-1é",
    "ac\x9fct-1é",
    "асст-1é",
    "ACCТ-1É",
    "αcct-1é",
]
APART = ["acct-1", "acct-01", "acct_1", "acct1", "acct--1", "acct-l", "acct-1a", "acc-1", "acct-é"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_one_id_in_another_spelling(spelling: str) -> None:
    assert fold(spelling) == "acct-1é"


def test_other_ids_are_others() -> None:
    assert len({fold(i) for i in [*APART, "acct-1é"]}) == len(APART) + 1
    assert fold("00123") != fold("123")


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=8))
def test_columns_fold_as_single_ids_do(ids: list[str]) -> None:
    assert folded(pa.array(ids, pa.string())).to_pylist() == [fold(i) for i in ids]
    assert folded(pa.array(["É", *ids, "x"], pa.string()).slice(1)).to_pylist() == [
        *map(fold, ids),
        "x",
    ]


@pytest.mark.parametrize("others", [["", "B", "a b"], ["é", "x"]])
def test_ids_fold_wherever_in_memory_they_begin(others: list[str]) -> None:
    """As in a part of what was read at once, with 64-bit places, and then cut."""
    whole = pa.array(["before", "BEFORE", "File-1", *others], pa.large_string())
    for start in range(len(whole)):
        part = whole.slice(start).cast(pa.string())
        found = folded(part)
        found.validate(full=True)
        assert found.to_pylist() == [fold(i) for i in part.to_pylist()]


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
def test_a_fold_is_its_own_fold_whatever_the_form_and_the_case(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert fold(unicodedata.normalize(form, text)) == fold(text)
    assert fold(text.casefold()) == fold(text)
    assert fold("\u200b".join(text)) == fold(text)


def test_a_fold_is_never_longer_than_an_id() -> None:
    assert len(fold("\ufdfa" * 341).encode()) <= MAX_ID_BYTES
    assert fold("\ufdfa" * 341) != fold("\ufdfa" * 340)


OPTED_OUT = {"opted_out": True}


@pytest.mark.parametrize("spelling", [s for s in SPELLINGS if s != "acct-1é"])
def test_an_opt_out_in_another_spelling_makes_both_conflict(spelling: str) -> None:
    accounts: list[Row] = [{"account_id": "acct-1é"}, {"account_id": spelling, **OPTED_OUT}, {}]
    files = [{"account_id": "acct-1é"}, {"account_id": spelling}, {"account_id": "a"}]
    for rows in (accounts, accounts[::-1]):
        _, found = decide(files, rows)
        conflict = {"conflicting_registry_rows"}
        assert found == [conflict, conflict, set()]


def test_two_spellings_that_say_the_same_conflict_as_well() -> None:
    """Whose rows they are is what nobody knows."""
    found = reasons({}, {}, {"account_id": "A"})
    assert found == {"conflicting_registry_rows"}
    assert reasons({}, {}, {}) == set()


def test_a_file_whose_account_is_known_in_another_spelling_only() -> None:
    files = [{"account_id": i} for i in ("A", "a", " a", "b", None)]
    _, found = decide(files, [{}, {"account_id": "x"}])
    assert found == [
        {"conflicting_registry_rows"},
        set(),
        {"conflicting_registry_rows"},
        {"unknown_account"},
        {"unknown_account"},
    ]


def test_ids_with_leading_zeros_stay_two_accounts() -> None:
    accounts: list[Row] = [{"account_id": "123"}, {"account_id": "00123", **OPTED_OUT}]
    _, found = decide([{"account_id": "123"}, {"account_id": "00123"}], accounts)
    assert found == [set(), {"opted_out"}]

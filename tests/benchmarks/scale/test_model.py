"""Workloads, jobs and costs: they add up, and the page says what comes out."""

import re
from dataclasses import astuple, fields, replace
from pathlib import Path

import pytest

from . import tables
from .cluster import Cluster
from .cost import Cost, first, money, night, purge
from .model import busy_cores, first_run, ideal
from .rates import MEASURED
from .workload import MOST_UNITS, MOST_WORDS, Workload, units

PAGE = (Path(__file__).parents[3] / "docs" / "scale.md").read_text("utf-8")


@pytest.mark.parametrize("files", [1, 14, 15, 1_000, 10_000_000])
@pytest.mark.parametrize("spread", [0.0, 1.2])
def test_units_have_all_words_and_files(files: int, spread: float) -> None:
    load = Workload(files, spread=spread)
    work, requests = units(load, MEASURED)
    assert len(work) == len(requests) <= MOST_UNITS
    assert sum(work) * MEASURED.redacted_words == pytest.approx(files * load.words)
    assert files <= sum(requests) <= files * 1.5 + 1
    assert min(work) > 0


def test_units_differ_as_their_files_do() -> None:
    alike, _ = units(Workload(100_000, spread=0.0), MEASURED)
    skewed, _ = units(Workload(100_000, spread=1.2), MEASURED)
    assert max(alike) == pytest.approx(min(alike))
    assert max(skewed) > 3 * sum(skewed) / len(skewed)
    # A file is bounded, so the end of a run is.
    assert max(skewed) < 2 * MOST_WORDS / MEASURED.redacted_words


def test_a_job_on_one_core_is_its_formula() -> None:
    load = Workload(10_000)
    job = first_run(load, Cluster(1, 1))
    assert job.mapped.seconds == pytest.approx(ideal(load, Cluster(1, 1)))
    parts = job.listing + job.decide + job.mapped.seconds + job.assemble + job.publish
    assert job.whole == pytest.approx(parts)


def test_outputs_share_what_one_process_does_alone() -> None:
    load = Workload(10_000)
    one, ten = (first_run(load, Cluster(4), outputs) for outputs in (1, 10))
    assert ten.alone == pytest.approx(one.alone / 10)
    assert ten.mapped == one.mapped


def test_one_process_keeps_up_with_so_many_cores() -> None:
    cores = busy_cores()
    load = Workload(10_000_000)
    instant = replace(MEASURED, file_seconds=0.0)
    assemble = first_run(load, Cluster(1), rates=instant).assemble
    assert ideal(load, Cluster(1, 1)) / cores == pytest.approx(assemble)
    assert f"{cores:.0f} cores" in PAGE


def test_costs_grow_with_the_files() -> None:
    one, two = first(Workload(10**9)), first(Workload(2 * 10**9))
    assert astuple(two) == pytest.approx([2 * value for value in astuple(one)])
    small, large = (night(Workload(10**9), 0.001, left) for left in (0, 1_000))
    assert small.written_gb < large.written_gb
    assert small.core_hours < large.core_hours < one.core_hours / 100
    few, many = (purge(Workload(10**9), periods) for periods in (1, 36))
    assert few.read_gb * 36 == pytest.approx(many.read_gb)


def test_money_is_amounts_times_prices() -> None:
    prices = Cost(*range(1, len(fields(Cost)) + 1))
    amounts = Cost(*[10.0] * len(fields(Cost)))
    assert money(amounts, prices) == 10.0 * sum(astuple(prices))
    assert money(amounts, Cost(*[0.0] * len(fields(Cost)))) == 0.0


@pytest.mark.parametrize("title", tables.ALL)
def test_the_page_has_the_table_that_the_command_prints(title: str) -> None:
    assert f"\n{tables.ALL[title]()}\n" in PAGE


def test_the_page_names_the_measured_figures() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| ([0-9.,e-]+) \|", PAGE, re.MULTILINE)
    stated = {name: float(value.replace(",", "")) for name, value in rows}
    assert stated == {
        field.name: float(getattr(MEASURED, field.name)) for field in fields(MEASURED)
    }

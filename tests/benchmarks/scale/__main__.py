"""Prints the tables of docs/scale.md, and with prices what they come to.

    python -m tests.benchmarks.scale
    python -m tests.benchmarks.scale --prices core_hours=P gets=P puts=P read_gb=P written_gb=P \\
        kept_gb_months=P

Prices are those of one core-hour, one request, one GB, one GB for a month, in any currency. There
is no price here that nobody has named.
"""

# ruff: noqa: T201 - a script prints its result
import argparse
from dataclasses import fields

from . import tables
from .cost import Cost, first, money, night, purge


def main() -> None:
    """Parses, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prices", nargs="+", metavar="NAME=PRICE")
    given = parser.parse_args()
    for title, table in tables.ALL.items():
        print(f"\n{title}\n\n{table()}")
    if given.prices:
        named = dict(pair.split("=", 1) for pair in given.prices)
        wanted = {field.name for field in fields(Cost)}
        if named.keys() != wanted:
            parser.error(f"name all of {', '.join(sorted(wanted))}, and nothing else")
        prices = Cost(**{name: float(price) for name, price in named.items()})
        all_of_it = tables.BILLION
        print("\nMoney\n")
        print(f"first run {money(first(all_of_it), prices):,.2f}")
        print(f"a night   {money(night(all_of_it, tables.NEW, tables.LEFT), prices):,.2f}")
        print(f"a purge   {money(purge(all_of_it, tables.PERIODS), prices):,.2f}")


if __name__ == "__main__":
    main()

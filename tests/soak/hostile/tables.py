"""Registries and manifests as the world sends them, and what the policy says of their files.

A table is made from what its exporter meant: plain values, one dictionary a row. How it is written
is a matter of chance: format, encoding, order, types, quoting, spelling. Where nothing was done to
it that makes a row or a table less than well-formed, the gate must admit exactly the files that the
policy admits; where something was, no others.
"""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from .damage import (
    ACCOUNT_CELLS,
    DAMAGES,
    FILE_CELLS,
    REFUSED,
    TABLE_KINDS,
    change_cells,
    fold_file,
    fold_id,
    nobody,
)
from .rows import ACCOUNT_COLUMNS, DAY, FILE_COLUMNS, FLAGS, NOW, SKEW, Row, row_of
from .writing import LAYOUTS, Layout, write_table


@dataclass
class Hostile:
    """A manifest and a registry on disk.

    Attributes:
        kinds: What was done to a table as a whole that is not well-formed.
        layouts: How it lies in Parquet, if it does.
    """

    manifest: Path
    registry: Path
    files: list[Row]
    accounts: list[Row]
    kinds: set[str]
    layouts: set[Layout]

    @property
    def is_well_formed(self) -> bool:
        """Whether the gate must admit everything that the policy admits."""
        return not self.kinds and not any(row.kinds for row in (*self.files, *self.accounts))

    @property
    def must_be_refused(self) -> bool:
        """Whether something happened that leaves nothing to decide on."""
        # An opt-out of nobody could be anybody's.
        unnamed = any("null:account_id" in row.kinds for row in self.accounts)
        return unnamed or not self.kinds.isdisjoint(REFUSED)


def make_tables(folder: Path, seed: int, size: int) -> Hostile:
    """Two tables made by chance; the same for the same seed.

    One pair in three is Parquet in one layout after the other, with many second words about a file:
    chance would bring each together with what it can hide too seldom.

    Args:
        folder: Where they are written.
        seed: Of chance.
        size: Number of files; of accounts there are fewer.
    """
    rng = random.Random(seed)
    hostile = rng.random() < 0.6
    accounts = _accounts(rng, max(3, size // 8), hostile)
    layout = LAYOUTS[seed // 3 % len(LAYOUTS)] if seed % 3 == 0 else None
    account_ids = [row.meant["account_id"] for row in accounts]
    files = _files(rng, size, account_ids, hostile, layout is not None)
    kinds: set[str] = set()
    layouts: set[Layout] = set()
    paths = []
    for name, columns, rows in (
        ("files", FILE_COLUMNS, files),
        ("accounts", ACCOUNT_COLUMNS, accounts),
    ):
        kind = rng.choice(sorted(TABLE_KINDS)) if hostile and rng.random() < 0.12 else None
        path, done, used = write_table(rng, folder, name, columns, rows, kind, layout)
        if used is not None:
            layouts.add(used)
        paths.append(path)
        kinds |= done
    return Hostile(paths[0], paths[1], files, accounts, kinds, layouts)


def _some_time(rng: random.Random, first: float, last: float) -> datetime:
    """A time so many days before (or, if negative, after) now, in whole milliseconds."""
    return NOW - timedelta(milliseconds=round(rng.uniform(first, last) * 86_400_000))


def _accounts(rng: random.Random, count: int, hostile: bool) -> list[Row]:
    rows = []
    for number in range(count):
        executed, out = rng.random() < 0.08, rng.random() < 0.1
        meant: dict[str, Any] = {
            "account_id": _id(rng, "acct", number),
            "training_permitted": rng.choices((True, False, None), (20, 1, 1))[0],
            "baa_executed": rng.choices((executed, None), (40, 1))[0],
            "opted_out": rng.choices((out, None), (40, 1))[0],
            "exported_at": _some_time(rng, 0.001, 7.3 if rng.random() < 0.2 else 6.9),
            "baa_executed_at": _some_time(rng, 9, 900) if executed and rng.random() < 0.5 else None,
            "opted_out_at": _some_time(rng, 9, 900) if out and rng.random() < 0.5 else None,
            "ttl_seconds": rng.choices((None, 3600, 30 * 86_400, 0), (20, 1, 4, 0.2))[0],
        }
        if rng.random() < 0.02:
            meant["exported_at"] = rng.choice((None, NOW + SKEW, NOW + 2 * SKEW, NOW + 999 * DAY))
        rows.append(row_of(rng, meant))
        if rng.random() < 0.06:  # the same once more, maybe exported at another time
            again = {**meant, "exported_at": _some_time(rng, 0.001, 6.9)}
            rows.append(row_of(rng, again))
        if rng.random() < 0.06:  # another word about the same account
            other = {**meant, rng.choice(FLAGS): rng.choice((True, False, None))}
            rows.append(row_of(rng, other))
    # So that the registry as a whole is not too old to be read.
    rows[0].meant["exported_at"] = NOW - timedelta(hours=1)
    rows[0] = row_of(rng, rows[0].meant)
    rng.shuffle(rows)
    if hostile:
        change_cells(rng, rows, ACCOUNT_CELLS)
        for row in list(rows):
            if rng.random() < 0.02:
                fold_id(rng, rows, row)
        if rng.random() < 0.3:
            rng.choice(rows).damage = rng.choice(DAMAGES)
        elif rng.random() < 0.04:
            nobody(rng.choice(rows), "account_id")
    return rows


def _files(
    rng: random.Random, count: int, account_ids: list[str], hostile: bool, forced: bool
) -> list[Row]:
    """Rows of a manifest; where a layout is forced, such as it could hide something from."""
    twice, odd_ids = (0.25, 0.0) if forced else (0.02, 0.1)
    rows = []
    for number in range(count):
        product = rng.choice(("async", "async", "streaming", "llm_gateway"))
        submitted = _some_time(rng, 0.01, 60)
        meant: dict[str, Any] = {
            "file_id": _id(rng, "call", number, odd_ids),
            "account_id": rng.choice(account_ids) if rng.random() < 0.97 else "acct-nobody",
            "product": rng.choices((product, None), (60, 1))[0],
            "region": rng.choices(("us", "eu", None), (12, 2, 0.2))[0],
            "submitted_at": rng.choices((submitted, None, NOW + DAY, NOW + SKEW), (60, 1, 1, 1))[0],
            "transcript_uri": f"2026/{number}/{rng.choice(('a', 'part, 2', 'ü'))}.json",
            "deletion_requested_at": _some_time(rng, -2, 30) if rng.random() < 0.06 else None,
            "expires_at": _some_time(rng, -60, 10) if rng.random() < 0.15 else None,
            "gateway_provider": rng.choices(
                ("openai", "anthropic", "google", "elsewhere", None), (4, 4, 4, 1, 1)
            )[0],
        }
        rows.append(row_of(rng, meant))
        if rng.random() < twice:  # a second word about the same file, or the same transcript
            same = "file_id" if rng.random() < 0.5 else "transcript_uri"
            other = {
                **meant,
                "file_id": f"again-{number}",
                "transcript_uri": f"again/{number}.json",
            }
            rows.append(row_of(rng, {**other, same: meant[same]}))
    if hostile:
        for row in list(rows):
            if rng.random() < 0.02:
                fold_file(rng, rows, row)
    rng.shuffle(rows)
    if hostile:
        change_cells(rng, rows, FILE_CELLS)
        ids = Counter(row.meant["file_id"] for row in rows)
        uris = Counter(row.meant["transcript_uri"] for row in rows)
        for row in rows:
            # Of a row that nobody can name, nobody knows that it was the second word about a file.
            alone = ids[row.meant["file_id"]] == uris[row.meant["transcript_uri"]] == 1
            alone &= "id_fold" not in row.kinds
            if alone and rng.random() < 0.01:
                row.damage = rng.choice(DAMAGES)
            elif alone and rng.random() < 0.01:
                nobody(row, rng.choice(("file_id", "account_id")))
    return rows


def _id(rng: random.Random, what: str, number: int, share: float = 0.1) -> str:
    """A name, odd in a share of all: one that is not ASCII has all that are read with it folded."""
    odd = rng.choices(
        ("{}-{}", "{}-{}, x", "{}-{}é", "{} {}", "{}/\U0001f600/{}"), (4 - 4 * share, *(share,) * 4)
    )
    return odd[0].format(what, number)

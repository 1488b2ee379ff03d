"""What the runs that are kept know of files that somebody names, in whatever spelling."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clearshard.audit.database import connected
from clearshard.audit.reading import VisibleRun
from clearshard.audit.stored.view import rows_view
from clearshard.eligibility.spelling import fold
from clearshard.eligibility.tombstones import Tombstones
from clearshard.records.states import QuarantineReason, State

# What an id of ASCII folds to can be worked out in the database; all others are looked at here.
_SPELLED = """
    lower(replace({name}, ' ', '')) IN (SELECT fold FROM {folds})
    OR strlen({name}) <> length({name})
"""
# Whose content is another's by its own word takes nobody else's file with it.
_KNOWN = """
    SELECT max(run_order) AS last, file_id, account_id,
        CASE WHEN NOT list_contains(reasons, $mismatch) THEN content_sha256 END AS content
    FROM decided WHERE {where} GROUP BY ALL ORDER BY ALL
"""
_WRITTEN = """
    SELECT {columns} FROM decided WHERE state = $written AND ({where}
        OR content_sha256 IN (SELECT content FROM contents))
"""


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file that kept runs have decided on.

    Attributes:
        file_id: As the newest of them spells it.
        account_ids: The account by the newest of them that knows one; several if its manifest has
            the file twice.
        contents: All that it is known to have held: SHA-256.
    """

    file_id: str
    account_ids: frozenset[str]
    contents: frozenset[str]


@dataclass(frozen=True, slots=True)
class Named:
    """What somebody names.

    Attributes:
        accounts: Ids of accounts, in any spelling: all of their files are meant.
        files: Ids of files.
        contents: What they are known to have held, in whatever file: SHA-256.
    """

    accounts: Collection[str] = ()
    files: Collection[str] = ()
    contents: Collection[str] = ()

    def __bool__(self) -> bool:
        return bool(self.accounts or self.files or self.contents)


def known_files(runs: Sequence[VisibleRun], named: Named) -> Mapping[str, KnownFile]:
    """Files that are named, and files of accounts that are, by what their id folds to.

    Args:
        runs: All that are kept, oldest first.
        named: Contents are not asked.

    Raises:
        IntegrityError: Decisions cannot be read.
    """
    if not runs or not (named.accounts or named.files):
        return {}
    marks = Tombstones.of(accounts=named.accounts)
    with connected() as connection:
        rows_view(connection, "decided", [run.table for run in runs])
        asked = set(map(fold, named.files))
        wanted = set(asked)
        if named.accounts:
            connection.register("accounts", _folds(named.accounts))
            found = connection.sql(
                f"SELECT DISTINCT file_id, account_id FROM decided WHERE {_spelled('account_id')}"  # noqa: S608 - own words
            ).to_arrow_table()
            of_accounts = found.filter(pa.array(_named_by(marks, found)))
            wanted.update(map(fold, of_accounts.column("file_id").to_pylist()))
        connection.register("files", pa.table({"fold": pa.array(sorted(wanted), pa.string())}))
        query = _KNOWN.format(where=_spelled("file_id"))
        given = {"mismatch": str(QuarantineReason.ID_MISMATCH)}
        rows = connection.sql(query, params=given).fetchall()
    known: dict[str, KnownFile] = {}
    newest: dict[str, int] = {}
    for last, file_id, account_id, content in rows:
        folds_to = fold(file_id)
        if folds_to not in wanted:
            continue
        was = known.get(folds_to, KnownFile(file_id, frozenset(), frozenset()))
        accounts = was.account_ids
        if account_id is not None:
            same_run = newest.get(folds_to) == last
            accounts = accounts | {account_id} if same_run else frozenset((account_id,))
            newest[folds_to] = last
        contents = was.contents if content is None else was.contents | {content}
        known[folds_to] = KnownFile(file_id, accounts, contents)
    accounts_named = set(map(fold, named.accounts))
    return {
        folds_to: one
        for folds_to, one in sorted(known.items())
        if folds_to in asked or not accounts_named.isdisjoint(map(fold, one.account_ids))
    }


def written_rows(run: VisibleRun, named: Named, columns: Sequence[str]) -> pa.Table:
    """The files that a run has written and that are named: some columns of them, each file once.

    Args:
        run: The run.
        named: Whose they are, which they are, or what they hold.
        columns: Of `rows_view`.

    Raises:
        IntegrityError: Its decisions cannot be read.
    """
    with connected() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        rows_view(connection, "decided", [run.table])
        connection.register("accounts", _folds(named.accounts))
        connection.register("files", _folds(named.files))
        held = pa.array(sorted(named.contents), pa.string())
        connection.register("contents", pa.table({"content": held}))
        where = f"{_spelled('account_id')} OR {_spelled('file_id')}"
        wanted = dict.fromkeys((*columns, "file_id", "account_id", "content_sha256"))
        query = _WRITTEN.format(columns=", ".join(wanted), where=where)
        found = connection.sql(query, params={"written": str(State.WRITTEN)}).to_arrow_table()
    marks = Tombstones.of(named.accounts, named.files)
    contents = set(named.contents)
    holds = [one in contents for one in found.column("content_sha256").to_pylist()]
    meant = _named_by(marks, found) | np.array(holds, np.bool_)
    return found.filter(pa.array(meant)).select(list(columns))


def _named_by(marks: Tombstones, rows: pa.Table) -> npt.NDArray[np.bool_]:
    batches = [marks.name(batch) for batch in rows.to_batches()]
    return np.concatenate([np.zeros(0, np.bool_), *batches])


def _spelled(name: str) -> str:
    return _SPELLED.format(name=name, folds=f"{name.removesuffix('_id')}s")


def _folds(ids: Iterable[str]) -> pa.Table:
    return pa.table({"fold": pa.array(sorted(set(map(fold, ids))), pa.string())})

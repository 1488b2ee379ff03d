"""What the columns of a table are called: read, almost one that is read, or not read at all.

A fact whose column is not spelled as it is expected is a fact that nobody sees: a request for
deletion, or an opt-out, would be ignored in silence. So a name that could be a misspelling of one
that is read is refused, and every other name is told.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

#: More, or longer ones, are no names of columns but values where names should be.
_MAX_NAMES = 1000
_MAX_NAME_LENGTH = 1024
_SHOWN_LENGTH = 80
#: A letter that is not ASCII in a name that otherwise is: often one that only looks as if it were.
_ANY_LETTER = "\0"


@dataclass(frozen=True, slots=True)
class ColumnRules:
    """What the user has said of the columns of a table.

    Attributes:
        strict: A column that is not read is an error unless it is listed.
        ignored: Names and shell patterns of those that are known and of no use.
        timezone: Where times that have no offset are meant; None: they cannot be read.
    """

    strict: bool = False
    ignored: tuple[str, ...] = ()
    timezone: str | None = None

    def lists(self, shown: str) -> bool:
        """Whether a name, as `shown_name` gives it, is listed or fits a pattern."""
        return any(fnmatchcase(shown, shown_name(pattern)) for pattern in self.ignored)


@dataclass(frozen=True, slots=True)
class ElseCalled:
    """What a column is called elsewhere: no typing error, and the same fact.

    Attributes:
        column: As it is read.
        pattern: A regular expression for letters and digits in lower case.
        hint: How its values must be written, where that could differ.
    """

    column: str
    pattern: str
    hint: str = ""


class ColumnNames:
    """Judges the names of one table's columns as they are met, and keeps those not read."""

    def __init__(
        self,
        required: Sequence[str],
        optional: Sequence[str],
        rules: ColumnRules,
        hints: Sequence[str] = (),
        else_called: Sequence[ElseCalled] = (),
    ) -> None:
        """Has met none.

        Args:
            required: Columns of facts that must be there.
            optional: Columns of facts that may be there.
            rules: What the user has said of others.
            hints: Columns that are read and hold no facts: no name is taken for a misspelling of
                one, but one may be almost that of a fact.
            else_called: What columns of facts are called elsewhere.
        """
        self._else_called = else_called
        self._required = required
        self._optional = optional
        self._rules = rules
        self._read = frozenset((*required, *optional))
        self._hints = frozenset(hints)
        self._found: set[str] = set()
        self._inside: set[str] = set()
        self._unread: dict[str, None] = {}

    @property
    def unread(self) -> tuple[str, ...]:
        """Columns that are not read, in the order in which they were met; fit to be shown."""
        return tuple(self._unread)

    def has(self, name: str) -> bool:
        """Whether a column of this name was met."""
        return name in self._found

    def problem(self, names: Iterable[str]) -> str | None:
        """What is wrong with the names of some columns, if anything.

        A name that is almost one that is read is wrong, even if that one is there too: the two
        could say different things. One that the user has listed as it is written is not: a person
        has decided that it is something else. A pattern is not enough for that.
        """
        for name in names:
            if name in self._found:
                continue
            if len(self._found) == _MAX_NAMES or len(name) > _MAX_NAME_LENGTH:
                return (
                    f"has more than {_MAX_NAMES:,} columns, or a name of more than "
                    f"{_MAX_NAME_LENGTH:,} letters: write a table with fewer and shorter ones"
                )
            self._found.add(name)
            if name in self._read:
                continue
            shown = shown_name(name)
            if name not in self._hints:
                self._unread[shown] = None
            if name not in self._rules.ignored and (wanted := self._near(name)):
                return (
                    f"column {shown} is called almost {wanted}, but not quite: rename it, or list "
                    "it in sources.ignored_columns if it is something else"
                )
            if name not in self._rules.ignored and (other := self._by_another_name(name)):
                return (
                    f"column {shown} is not read, and could say what {other.column} does: write it "
                    f"as that{other.hint}, or list it in sources.ignored_columns if it is "
                    "something else"
                )
            if name in self._hints:
                continue
            if self._rules.strict and not self._rules.lists(shown):
                return (
                    f"column {shown} is not read, and sources.strict_columns is true: rename it to "
                    "what it is, or list it in sources.ignored_columns"
                )
        return None

    def problem_inside(self, names: Iterable[str]) -> str | None:
        """The same of names inside the values of columns.

        A column that must be there is read where it belongs; one that may be absent would be
        missed where it stands inside another.
        """
        for name in names:
            if name in self._inside or name in self._rules.ignored:
                continue
            if len(self._inside) < _MAX_NAMES and len(name) <= _MAX_NAME_LENGTH:
                self._inside.add(name)
            for column in self._optional:
                if self._errors(name, column) is not None:
                    return (
                        f"{shown_name(name)} stands inside the value of another column and is not "
                        f"read there: make it a column called {column}, or list it in "
                        "sources.ignored_columns if it is something else"
                    )
        return None

    def problem_of_absent(self) -> str | None:
        """What is wrong once all names are known: an optional column that hides in a longer name.

        Where the column itself is there, `deletion_requested_at_utc` beside it is one of the many
        columns of a warehouse; where it is not, that is where the fact is.
        """
        for column in self._optional:
            if column in self._found:
                continue
            for name in sorted(self._found - self._read - {*self._rules.ignored}):
                if _folded(column) in _folded(name):
                    shown = shown_name(name)
                    return (
                        f"column {column} is not there, but {shown} is: rename it, or list it in "
                        "sources.ignored_columns if it is something else"
                    )
        return None

    def _by_another_name(self, name: str) -> ElseCalled | None:
        letters = _folded(name)
        return next((e for e in self._else_called if re.fullmatch(e.pattern, letters)), None)

    def _near(self, name: str) -> str | None:
        columns = (*self._required, *self._optional)
        distances = {c: d for c in columns if (d := self._errors(name, c)) is not None}
        return min(distances, key=distances.__getitem__, default=None)

    def _errors(self, name: str, column: str) -> int | None:
        """How many typing errors make a name of a column; None if it is no misspelling of it."""
        given, wanted = _folded(name), _folded(column)
        if given == wanted:
            return 0
        # Who did it, and not when or whether: `exported_by`, `opted_out_by`.
        if given.endswith("by"):
            return None
        allowed = _allowed_errors(wanted, sure=column in self._required)
        longer = len(given) - len(wanted)
        # A longer name may be another column, if this one is there: see `problem_of_absent`.
        if abs(longer) > allowed or (longer > 1 and wanted in given):
            return None
        errors = _distance(given, wanted)
        # Whoever mistypes seldom does so in the first letter: `imported_at` is another word.
        return (
            errors if errors <= (allowed if given[0] in (wanted[0], _ANY_LETTER) else 1) else None
        )


def shown_name(name: str) -> str:
    """A name on one line and of bounded length, with whatever does not show spelled as in TOML."""
    spelled = "".join(
        letter if letter.isprintable() else _escaped(ord(letter))
        for letter in name[: _SHOWN_LENGTH + 1]
    )
    return spelled if len(spelled) <= _SHOWN_LENGTH else f"{spelled[:_SHOWN_LENGTH]}…"


def _escaped(code: int) -> str:
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _folded(name: str) -> str:
    """Letters and digits alone, without case, accents and width."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    letters = "".join(letter for letter in decomposed if letter.isalnum())
    if letters.isascii() or not any(letter.isascii() for letter in letters):
        return letters
    return "".join(letter if letter.isascii() else _ANY_LETTER for letter in letters)


def _allowed_errors(wanted: str, *, sure: bool) -> int:
    """How many letters a name may differ in to be taken for a misspelling.

    Args:
        wanted: The column that is read, folded.
        sure: It is always there. Of those, ids and times have many ordinary neighbours
            (`account_no`, `exported_to`).
    """
    if len(wanted) < 8 or (sure and wanted.endswith(("id", "at"))):
        return 1
    return 2 if len(wanted) < 14 else 3


def _distance(given: str, wanted: str) -> int:
    """Damerau's distance (optimal string alignment): letters left out, added, changed, swapped."""
    before: list[int] = []
    row = list(range(len(wanted) + 1))
    for i, letter in enumerate(given, 1):
        two_before, before, row = before, row, [i]
        for j, other in enumerate(wanted, 1):
            differs = letter not in (other, _ANY_LETTER)
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + differs)
            if i > 1 and j > 1 and letter == wanted[j - 2] and given[i - 2] == other:
                best = min(best, two_before[j - 2] + 1)
            row.append(best)
    return row[-1]

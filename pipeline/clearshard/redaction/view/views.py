"""A transcript → what is shown of it, with the way back to the text that spans are cut from."""

import copy
import dataclasses
import re
from collections.abc import Iterator, Sequence
from functools import cached_property

import msgspec

from clearshard.records.transcript import Piece as Turn
from clearshard.records.transcript import Span, Transcript, Words
from clearshard.redaction.view import characters, escapes, extent, markup, numerals, overrides
from clearshard.redaction.view.alignment import Piece, WrittenForm

#: What may be a part of an entity, a tag or an escape.
_SIGNS = "&<\\%"
_TYPING = markup.SIGNS_OF_TYPING.encode()
#: What is shown as itself wherever it stands; but for blanks in a row.
_ORDINARY = bytes(set(range(ord(" "), ord("~") + 1)) - {*_SIGNS.encode()} - {*_TYPING}) + b"\n"
_BLANKS = re.compile(r"[ \t\n]{2,}")


class View:
    """What is shown of a transcript: one of a text, with turns, without words.

    Attributes:
        transcript: The view, as a transcript. Turns of which nothing is shown are not there.
    """

    def __init__(
        self, source: Transcript, transcript: Transcript, forms: Sequence[WrittenForm]
    ) -> None:
        self._source = source
        self._forms = tuple(forms)
        self.transcript = transcript

    @property
    def is_source(self) -> bool:
        """Whether a range of the view is the same range of the source, and may end anywhere."""
        return self.transcript is self._source and self._source.text.isascii()

    def to_source(self, spans: Sequence[Span]) -> list[Span]:
        """Spans of the view where they stand in the source, ending where words and characters do.

        What is not shown between two characters of a span belongs to it. Words that are written in
        ASCII as they are shown are as the recognizers have cut them.

        Args:
            spans: In order.
        """
        if self.is_source:
            return list(spans)
        words = extent.Words(self.transcript.text)
        return [self._span(span, words) for span in spans]

    def shown(self, start: int, end: int) -> str:
        """What is shown of a range of the source."""
        for form in self._forms:
            start, end = form.written(start, end)
        return self.transcript.text[start:end]

    def _span(self, span: Span, words: extent.Words) -> Span:
        start, end = words.whole(span.start, span.end, self._is_plain)
        start, end = self._characters.whole(*self._original(start, end))
        return Span(start, end, span.entity_type, span.score, span.recognizer)

    def _original(self, start: int, end: int) -> tuple[int, int]:
        for form in reversed(self._forms):
            start, end = form.original(start, end)
        return start, end

    def _is_plain(self, start: int, end: int) -> bool:
        shown = self.transcript.text[start:end]
        first, last = self._original(start, end)
        return shown.isascii() and self._source.text[first:last] == shown

    @cached_property
    def _characters(self) -> extent.Characters:
        return extent.Characters(self._source.text)


def views_of(source: Transcript) -> list[View]:
    """What is shown of a transcript; and, where that hides text, what is written there.

    A browser shows no comment and no attribute, nobody sees the characters of Unicode that spell
    ASCII, digits may look like an escape, and what is drawn from right to left is written the other
    way around; but whoever reads a shard can read all of these. So such a transcript has two views
    or three, and what is found in any is found.
    """
    if _is_plain(source.text):
        return [View(source, source, ())]
    shown = _Rewriting(source)
    shown.rewrite(escapes.misread(shown.text, shown.ranges))
    if "&" in shown.text:
        shown.rewrite(markup.entities(shown.text, shown.ranges))
    written = copy.copy(shown)
    escaped = escapes.escapes(shown.text, shown.ranges)
    shown.rewrite(escaped)
    tags = markup.tags(shown.text, shown.ranges) if "<" in shown.text else []
    views = []
    if escaped or markup.hides_text(shown.text, tags) or characters.spells_unseen(shown.text):
        written.fold(reads_tags=True)
        views.append(written.view())
    shown.rewrite(tags)
    turned = overrides.turned(shown.text, shown.ranges)
    if turned:
        as_written = copy.copy(shown)
        as_written.finish()
        views.append(as_written.view())
    shown.rewrite(turned)
    shown.finish()
    return [shown.view(), *views]


class _Rewriting:
    """A transcript on its way to a view: no piece ever reaches over a change of turn."""

    def __init__(self, source: Transcript) -> None:
        self._source = source
        self._forms: list[WrittenForm] = []
        self._turns: list[Turn | None] = []
        self.text = source.text
        #: The turns, and what stands between them.
        self.ranges: list[tuple[int, int]] = []
        place = 0
        for turn in source.turns:
            self._add(place, turn.start, None)
            self._add(turn.start, turn.end, turn)
            place = turn.end
        self._add(place, len(source.text), None)

    def _add(self, start: int, end: int, turn: Turn | None) -> None:
        if start < end:
            self.ranges.append((start, end))
            self._turns.append(turn)

    def rewrite(self, pieces: Sequence[Piece]) -> None:
        if not pieces:
            return
        form = WrittenForm(self.text, 0, len(self.text), pieces)
        # Never in place: a copy has the same lists.
        self._forms = [*self._forms, form]
        self.text = form.text
        rewritten = [form.written(*range_) for range_ in self.ranges]
        left = [i for i, (start, end) in enumerate(rewritten) if start < end]
        self.ranges = [rewritten[i] for i in left]
        self._turns = [self._turns[i] for i in left]

    def finish(self) -> None:
        """What is typed and not said, and then characters, as in `fold`."""
        self.rewrite(markup.typing(self.text, self.ranges))
        self.fold(reads_tags=False)

    def fold(self, *, reads_tags: bool) -> None:
        """Characters as those that they look like, letters with their marks, single blanks."""
        self.text = numerals.with_roman_digits(self.text)
        folds = characters.folds_of(self.text, reads_tags=reads_tags)
        if folds:
            alike = {ord(c): shown for c, shown in folds.items() if len(shown) == 1}
            self.text = self.text.translate(alike)
            others = {c: shown for c, shown in folds.items() if len(shown) != 1}
            if others:
                self.rewrite(characters.folded(self.text, others))
        self.text = characters.with_lost_letters(self.text)
        # Before their marks: only the letter of its own script makes one character with a mark.
        self.text = characters.with_latin_letters(self.text)
        if characters.has_marks(self.text):
            self.rewrite(characters.marks(self.text, self.ranges))
        self.text = characters.with_plain_letters(self.text)
        self.text = numerals.with_digits(self.text)
        self.text = characters.with_plain_signs(self.text)
        if _BLANKS.search(self.text):
            self.rewrite([*self._blanks()])

    def _blanks(self) -> Iterator[Piece]:
        for start, end in self.ranges:
            for found in _BLANKS.finditer(self.text, start, end):
                yield Piece(*found.span(), "\n" if "\n" in found.group() else " ")

    def view(self) -> View:
        source = self._source
        if not self._forms and self.text == source.text:
            return View(source, source, ())
        turns = tuple(
            msgspec.structs.replace(turn, start=start, end=end)
            for turn, (start, end) in zip(self._turns, self.ranges, strict=True)
            if turn is not None
        )
        shown = dataclasses.replace(source, text=self.text, turns=turns, words=Words())
        return View(source, shown, self._forms)


def _is_plain(text: str) -> bool:
    """Whether a text is its own view, as most are: a few searches that take no time."""
    if not text.isascii():
        return False
    unusual = text.encode().translate(None, _ORDINARY)
    if unusual and (unusual.strip(_TYPING) or markup.has_typing(text)):
        return False
    if numerals.with_digits(text) is not text:
        return False
    return "  " not in text.replace("\n", " ")

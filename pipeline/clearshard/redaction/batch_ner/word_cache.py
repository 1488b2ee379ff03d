"""spaCy's tokenizer, with what it did to a word remembered.

spaCy cuts a text at white space and splits each piece on its own, with one exception: afterwards it
looks for its special cases (`:-)`, `a.m.`, …) in the sequence of tokens, and a special case may in
principle reach over a blank. So a text is put together from remembered pieces only if its white
space is single blanks between words, and no two neighbouring pieces could share a special case;
every other text goes through the tokenizer as a whole.
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, repeat

import numpy as np
import numpy.typing as npt
from spacy.attrs import ORTH, intify_attr, intify_attrs
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.vocab import Vocab

from clearshard.redaction.batch_ner.parameters import Unsupported
from clearshard.redaction.batch_ner.plain_words import leaves_letters_whole
from clearshard.redaction.batch_ner.word_types import WordTypes

Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]

#: Between pieces that are tokenized together: white space, and so no part of a special case.
_BREAK = "\n\n"
_MAX_CHARACTERS_TOGETHER = 100_000
#: Edges of a piece that no special case can reach over, and those that any may.
_NEVER, _ANY = 0, 1
_IS_SPACE = "IS_SPACE"


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of some texts, one text after the other.

    Attributes:
        counts: Number of tokens of each text.
        types: Word type of each token.
        spaces: Whether a token is nothing but white space.
        starts: First character of each token in its text.
        words: The tokens.
    """

    counts: Ints
    types: Ints
    spaces: Bools
    starts: Ints
    words: list[str]


def _with_own_vocabulary(tokenizer: Tokenizer, columns: Sequence[str]) -> Tokenizer:
    """The same tokenizer over a vocabulary that is thrown away with it.

    Words are never quite taken out of spaCy's own vocabulary again, not even by a memory zone: its
    table grows with every word that ever was in it. Besides, it would work out a dozen attributes
    of a new word of which only some are read here.
    """
    of_word = tokenizer.vocab.lex_attr_getters
    read = [intify_attr(name) for name in (*columns, _IS_SPACE)]
    vocabulary = Vocab(
        lex_attr_getters={name: of_word[name] for name in read if name in of_word},
        lookups=tokenizer.vocab.lookups,
    )
    return _copy(tokenizer, vocabulary, tokenizer.rules)


def _copy(
    tokenizer: Tokenizer, vocabulary: Vocab, rules: Mapping[str, Sequence[Mapping[int, str]]]
) -> Tokenizer:
    return Tokenizer(
        vocabulary,
        rules=rules,
        prefix_search=tokenizer.prefix_search,
        suffix_search=tokenizer.suffix_search,
        infix_finditer=tokenizer.infix_finditer,
        token_match=tokenizer.token_match,
        url_match=tokenizer.url_match,
        faster_heuristics=tokenizer.faster_heuristics,
    )


class SpecialCases:
    """Which neighbouring pieces of a text might be one special case of the tokenizer together.

    Attributes:
        shared: bool [right edge of a piece, left edge of the next], whether they might.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Goes through the tokenizer's special cases.

        Raises:
            Unsupported: One of them could not be told from what parts pieces here.
        """
        plain = _copy(tokenizer, tokenizer.vocab, rules={})
        pairs: set[tuple[str, str]] = set()
        #: Special cases that spaCy splits otherwise than its general rules would.
        self._rewriting: set[str] = set()
        self._rules = {
            rule: [str(intify_attrs(part)[ORTH]) for part in parts]
            for rule, parts in tokenizer.rules.items()
        }
        self._longest = 1
        for rule, parts in self._rules.items():
            sought = [token.text for token in plain(rule)]
            pairs.update(pairwise(sought))
            if sought != parts:
                self._rewriting.add("".join(parts))
                self._longest = max(self._longest, len(parts))
        if any(word.isspace() for pair in pairs for word in pair):
            raise Unsupported("a special case of the tokenizer that has white space within")
        self._ends = {w: i + 2 for i, w in enumerate(sorted({left for left, _ in pairs}))}
        self._begins = {w: i + 2 for i, w in enumerate(sorted({right for _, right in pairs}))}
        self.shared = np.zeros((len(self._ends) + 2, len(self._begins) + 2), np.bool_)
        self.shared[_ANY, 1:] = self.shared[1:, _ANY] = True
        for left, right in pairs:
            self.shared[self._ends[left], self._begins[right]] = True

    def __contains__(self, piece: str) -> bool:
        """Whether a piece is a special case by itself."""
        return piece in self._rules

    def edges(self, piece: str, tokens: Sequence[str]) -> tuple[int, int]:
        """Numbers of the right and the left edge of a piece, rows and columns of `shared`."""
        # Special cases are looked up first; one token that is none is the piece as it came.
        as_is = len(tokens) == 1 or self._rules.get(piece) == tokens
        if not as_is and self._was_rewritten(tokens):
            # spaCy looked at other tokens than these.
            return _ANY, _ANY
        return self._ends.get(tokens[-1], _NEVER), self._begins.get(tokens[0], _NEVER)

    def _was_rewritten(self, tokens: Sequence[str]) -> bool:
        return any(
            "".join(tokens[i:j]) in self._rewriting
            for i in range(len(tokens))
            for j in range(i + 1, min(i + self._longest, len(tokens)) + 1)
        )


class WordCache:
    """Tokenizes; remembers the pieces between blanks."""

    def __init__(
        self,
        nlp: Language,
        special_cases: SpecialCases,
        columns: Sequence[str],
        types: WordTypes,
    ) -> None:
        """An empty memory.

        Args:
            nlp: Its tokenizer is the one to be remembered; its vocabulary is not touched.
            special_cases: Of its tokenizer.
            columns: The attributes of a word that are embedded.
            types: Where the words are numbered.
        """
        self._longest = nlp.max_length
        self._tokenizer = _with_own_vocabulary(nlp.tokenizer, columns)
        self._words_of_rules = len(self._tokenizer.vocab)
        vocabulary = self._tokenizer.vocab
        #: What gives each embedded attribute of a word, as spaCy's lexemes get theirs.
        self._getters = [
            str if name == "ORTH" else vocabulary.lex_attr_getters[intify_attr(name)]
            for name in columns
        ]
        self._id = vocabulary.strings.as_int
        self._leaves_letters_whole = leaves_letters_whole(self._tokenizer)
        self._types = types
        self._special_cases = special_cases
        self._attributes = [*columns, _IS_SPACE, "IDX", "LENGTH"]
        self._numbers: dict[str, int] = {}
        #: Per piece: its first token, its number of tokens, its length, its right and left edge.
        self._pieces = array("q")
        #: Per token: its type, whether it is white space, its first character in the piece.
        self._tokens = array("q")
        self._words: list[str] = []

    def __len__(self) -> int:
        """Number of pieces that are remembered."""
        return len(self._numbers)

    @property
    def vocabulary_size(self) -> int:
        """Number of words that spaCy remembers: also those of texts whose pieces are not."""
        return len(self._tokenizer.vocab) - self._words_of_rules

    def tokens(self, texts: Sequence[str]) -> Tokens:
        """The tokens of texts, exactly as `nlp.make_doc` gives them.

        Args:
            texts: At least one.

        Raises:
            ValueError: A text is longer than `nlp.max_length`, as in spaCy.
        """
        pieces: list[str] = []
        counts = np.ones(len(texts), np.intp)
        whole = np.zeros(len(texts), np.bool_)
        if max(map(len, texts)) > self._longest:
            raise ValueError("a text is longer than the pipeline's max_length")
        for place, text in enumerate(texts):
            parts = text.split(" ")
            if parts == text.split():
                pieces += parts
                counts[place] = len(parts)
            else:
                pieces.append("")
                whole[place] = True
        numbers = self._numbered(pieces)
        text_of = np.repeat(np.arange(len(texts)), counts)
        whole[self._with_shared_edges(numbers, text_of)] = True
        size = len(self._pieces), len(self._tokens), len(self._words)
        try:
            if whole.any():
                first = np.cumsum(counts) - counts
                numbers[first[whole]] = [
                    self._add_text(texts[i]) for i in np.flatnonzero(whole).tolist()
                ]
                others = ~whole[text_of]
                others[first] = True
                numbers = numbers[others]
                counts[whole] = 1
            return self._assembled(numbers, counts)
        finally:
            # What a whole text was made of is not kept.
            del self._pieces[size[0] :], self._tokens[size[1] :], self._words[size[2] :]

    def _numbered(self, pieces: list[str]) -> Ints:
        known = self._numbers
        numbers = np.fromiter(map(known.get, pieces, repeat(-1)), np.intp, len(pieces))
        missing = np.flatnonzero(numbers < 0).tolist()
        if missing:
            self._learn(list(dict.fromkeys(pieces[i] for i in missing)))
            numbers[missing] = [known[pieces[i]] for i in missing]
        return numbers

    def _learn(self, pieces: list[str]) -> None:
        whole: list[str] = []
        others: list[str] = []
        for piece in pieces:
            (whole if self._is_one_token(piece) else others).append(piece)
        if whole:
            self._learn_whole(whole)
        if others:
            self._learn_by_tokenizer(others)

    def _is_one_token(self, piece: str) -> bool:
        """Whether that is known without asking the tokenizer."""
        return (
            self._leaves_letters_whole
            and piece.isascii()
            and piece.isalpha()
            and piece not in self._special_cases
        )

    def _learn_whole(self, pieces: list[str]) -> None:
        # Without a lexeme: making one takes longer than its attributes do, and it would stay.
        attributes = np.zeros((len(pieces), len(self._getters) + 1), np.uint64)
        for column, getter in enumerate(self._getters):
            ids = map(self._id, map(getter, pieces))
            attributes[:, column] = np.fromiter(ids, np.uint64, len(pieces))
        # The last column stays 0: none is white space.
        for piece, number in zip(pieces, self._types.numbers(attributes), strict=True):
            edges = self._special_cases.edges(piece, [piece])
            self._numbers[piece] = self._add(len(piece), edges, [number], [False], [0], [piece])

    def _learn_by_tokenizer(self, pieces: list[str]) -> None:
        together: list[str] = []
        characters = 0
        for piece in pieces:
            size = len(piece) + len(_BREAK)
            if characters + size > _MAX_CHARACTERS_TOGETHER:
                self._learn_together(together)
                together, characters = [], 0
            together.append(piece)
            characters += size
        self._learn_together(together)

    def _learn_together(self, pieces: list[str]) -> None:
        text = _BREAK.join(pieces)
        numbers, spaces, starts, words = self._tokenized(text)
        lengths = np.array([len(piece) for piece in pieces], np.intp)
        ends = np.cumsum(lengths + len(_BREAK)) - len(_BREAK)
        token = 0
        for piece, length, end in zip(pieces, lengths.tolist(), ends.tolist(), strict=True):
            while token < len(words) and spaces[token]:
                token += 1
            first = token
            while token < len(words) and starts[token] < end:
                token += 1
            own = slice(first, token)
            edges = self._special_cases.edges(piece, words[own]) if first < token else (_ANY, _ANY)
            begin = end - length
            offsets = [start - begin for start in starts[own]]
            self._numbers[piece] = self._add(
                length, edges, numbers[own], spaces[own], offsets, words[own]
            )

    def _add_text(self, text: str) -> int:
        numbers, spaces, starts, words = self._tokenized(text)
        return self._add(len(text), (_NEVER, _NEVER), numbers, spaces, starts, words)

    def _tokenized(self, text: str) -> tuple[list[int], list[int], list[int], list[str]]:
        doc = self._tokenizer(text)
        attributes = doc.to_array(self._attributes)
        spaces = attributes[:, -3].tolist()
        starts = attributes[:, -2].tolist()
        ends = (attributes[:, -2] + attributes[:, -1]).tolist()
        words = [text[start:end] for start, end in zip(starts, ends, strict=True)]
        numbers = self._types.numbers(np.ascontiguousarray(attributes[:, :-2]))
        return numbers, spaces, starts, words

    def _add(
        self,
        length: int,
        edges: tuple[int, int],
        numbers: list[int],
        spaces: list[int],
        offsets: list[int],
        words: list[str],
    ) -> int:
        number = len(self._pieces) // 5
        self._pieces.extend((len(self._words), len(words), length, *edges))
        for token in zip(numbers, spaces, offsets, strict=True):
            self._tokens.extend(token)
        self._words += words
        return number

    def _with_shared_edges(self, numbers: Ints, text_of: Ints) -> Ints:
        """Texts in which two neighbouring pieces may be one special case."""
        pieces = np.frombuffer(self._pieces, np.int64).reshape(-1, 5)
        right, left = pieces[:, 3][numbers[:-1]], pieces[:, 4][numbers[1:]]
        shared = self._special_cases.shared[right, left] & (text_of[:-1] == text_of[1:])
        return text_of[:-1].compress(shared)

    def _assembled(self, numbers: Ints, counts: Ints) -> Tokens:
        first, size, length, _, _ = np.frombuffer(self._pieces, np.int64).reshape(-1, 5)[numbers].T
        ends = np.cumsum(size)
        places = np.arange(ends[-1]) + np.repeat(first - (ends - size), size)
        types, spaces, offsets = np.frombuffer(self._tokens, np.int64).reshape(-1, 3)[places].T
        piece_ends = np.cumsum(length + 1)
        starts = piece_ends - length - 1
        text_first = np.cumsum(counts) - counts
        starts -= np.repeat(starts[text_first], counts)
        words = self._words
        return Tokens(
            counts=np.add.reduceat(size, text_first),
            types=types,
            spaces=spaces.astype(np.bool_),
            starts=np.repeat(starts, size) + offsets,
            words=[words[i] for i in places.tolist()],
        )

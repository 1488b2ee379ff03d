"""From context vectors to entities: spaCy's transition system, for all texts at once.

The parser's state has three features: the first token of the buffer, the first token of the open
entity and the token before the buffer. Outside of entities two of them are absent, so that every
token can be scored at once, whatever came before it. Only where an entity may begin, its tokens are
stepped, all entities in lockstep; within one, spaCy allows no action but I- and L- of its label.

Two implementations of the same network differ in the last bits. An action wins here only if it does
so by a margin that is far larger; a text with a closer race is handed back as undecided.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clearshard.redaction.batch_ner.normalise import maxout
from clearshard.redaction.batch_ner.parameters import Floats, NerParameters

Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]

#: Rows that are scored together, so that they stay in the cache.
_BLOCK = 512
#: By how much an action has to win: this share of the largest score that the state could give any
#: action. Scores differ from spaCy's by 5e-7 of that at most, measured on `en_core_web_sm`, and
#: spaCy's own by as much from one batch to the next.
_MARGIN = 2e-5
#: Steps that all entities take together, also those that begin within another and may never count.
#: The few longer ones go on alone, and only if they count: else the work could grow with the square
#: of a text's length.
_LOCKSTEP = 24
#: In place of the end of an entity that has not ended yet.
_OPEN = 0


@dataclass(frozen=True, slots=True)
class Found:
    """Entities of a batch, in order.

    Attributes:
        starts: First token of each, counted through the batch.
        ends: The token after the last one of each.
        labels: Of each.
        undecided: bool [texts], whether two actions scored too close to tell them apart.
    """

    starts: list[int]
    ends: list[int]
    labels: list[str]
    undecided: Bools


@dataclass(frozen=True, slots=True)
class _Begun:
    """Entities that begin somewhere.

    Attributes:
        starts: First token of each, counted through the batch.
        text_ends: The token after the last one of its text.
        labels: Number of its label.
    """

    starts: Ints
    text_ends: Ints
    labels: Ints

    def at(self, which: Ints) -> "_Begun":
        """Some of them."""
        return _Begun(self.starts[which], self.text_ends[which], self.labels[which])


class Transitions:
    """The layers above the encoder."""

    def __init__(self, parameters: NerParameters, offset: npt.NDArray[np.float64]) -> None:
        """Brings the weights into the form that they are used in.

        Args:
            parameters: Of the network.
            offset: What the context vectors lack (`Encoder.offset`).
        """
        p = parameters
        labels = sorted({a[2:] for a in p.actions if a.startswith("B-")})
        place = {action: i for i, action in enumerate(p.actions)}
        self._labels = labels
        self._margin_of_length = np.float32(_MARGIN * np.linalg.norm(p.upper, axis=1).max())
        # Nothing lies between the two affine layers: one matrix per feature.
        linear = p.linear.astype(np.float64)
        fused = np.einsum("fhpl,lw->fphw", p.lower, linear)
        bias = np.einsum("fhpl,l->fph", p.lower, p.linear_bias) + fused @ offset
        missing = p.lower_missing.transpose(0, 2, 1)
        shared = p.lower_bias.T
        # [piece, width in, hidden]
        self._outside = np.ascontiguousarray(fused[0].swapaxes(1, 2), np.float32)
        self._outside_bias = (bias[0] + missing[1] + missing[2] + shared).astype(np.float32)
        inside = np.concatenate([feature.swapaxes(1, 2) for feature in fused], axis=1)
        self._inside = np.ascontiguousarray(inside, np.float32)
        self._inside_bias = (bias.sum(axis=0) + shared).astype(np.float32)
        begin = [place[f"B-{label}"] for label in labels]
        unit = [place[f"U-{label}"] for label in labels]
        # O comes last: it is compared with the best of all others.
        order = [*begin, *unit, place["O"]]
        self._scores = p.upper[order]
        self._score_bias = p.upper_bias[order][:, None].copy()
        inner = [place[f"I-{label}"] for label in labels]
        last = [place[f"L-{label}"] for label in labels]
        # How far L- leads I-.
        self._close = p.upper[last] - p.upper[inner]
        self._close_bias = p.upper_bias[last] - p.upper_bias[inner]

    def entities(self, vectors: Floats, lengths: Ints, spaces: Bools) -> Found:
        """The entities that spaCy's greedy parser finds.

        Args:
            vectors: float32 [tokens, width], of all texts one after the other.
            lengths: Tokens of each text.
            spaces: bool [tokens], whether a token is nothing but white space.
        """
        text_ends = np.cumsum(lengths)
        undecided = np.zeros(len(lengths), np.bool_)
        beginning, scores, margins = self._maybe_beginning(vectors)
        text_of = np.searchsorted(text_ends, beginning, side="right")
        ends = text_ends[text_of]
        lead, action = _best_allowed(scores, beginning + 1 == ends, spaces[beginning])
        undecided[text_of[lead <= margins]] = True
        count = len(self._labels)
        some = action < 2 * count
        begun = _Begun(beginning[some], ends[some], action[some] % count)
        longer = np.flatnonzero(action[some] < count)
        stops = begun.starts + 1
        stops[longer], uncertain = self._step(vectors, begun.at(longer), _LOCKSTEP)
        undecided[text_of[some][longer[uncertain]]] = True
        found = Found([], [], [], undecided)
        free = 0
        for i, (start, known) in enumerate(zip(begun.starts.tolist(), stops.tolist(), strict=True)):
            if start < free:
                # What begins within an entity that began before does not begin.
                continue
            free = known
            if known == _OPEN:
                free, is_uncertain = self._to_end(vectors, begun.at(np.array([i])))
                undecided[text_of[some][i]] |= is_uncertain
            found.starts.append(start)
            found.ends.append(free)
            found.labels.append(self._labels[begun.labels[i]])
        return found

    def _maybe_beginning(self, vectors: Floats) -> tuple[Ints, Floats, Floats]:
        """Tokens for which O does not win clearly.

        Returns:
            Their places; float32 [actions, tokens], their scores; float32 [tokens], their margins.
        """
        pieces = np.empty((len(self._outside), _BLOCK, self._scores.shape[1]), np.float32)
        places = [np.empty(0, np.intp)]
        kept = [np.empty((len(self._scores), 0), np.float32)]
        margins = [np.empty(0, np.float32)]
        for start in range(0, len(vectors), _BLOCK):
            block = vectors[start : start + _BLOCK]
            out = pieces[:, : len(block)]
            np.matmul(block, self._outside, out=out)
            out += self._outside_bias[:, None]
            hidden = maxout(out)
            scores = self._scores @ hidden.T
            scores += self._score_bias
            margin = self._margin(hidden)
            near = np.flatnonzero(scores[:-1].max(axis=0) + margin >= scores[-1])
            places.append(near + start)
            kept.append(scores[:, near])
            margins.append(margin[near])
        return np.concatenate(places), np.concatenate(kept, axis=1), np.concatenate(margins)

    def _step(self, vectors: Floats, begun: _Begun, steps: int) -> tuple[Ints, Bools]:
        """Where entities end (`_OPEN` if not within so many steps), and which are uncertain."""
        stops = np.full(len(begun.starts), _OPEN)
        uncertain = np.zeros(len(stops), np.bool_)
        open_ = np.arange(len(stops))
        place = begun.starts + 1
        for _ in range(steps):
            if not len(open_):
                break
            features = (place, begun.starts[open_], place - 1)
            state = np.concatenate([vectors[feature] for feature in features], axis=1)
            pieces = state @ self._inside
            pieces += self._inside_bias[:, None]
            hidden = maxout(pieces)
            label = begun.labels[open_]
            lead = np.vecdot(hidden, self._close[label]) + self._close_bias[label]
            may_continue = place + 1 < begun.text_ends[open_]
            uncertain[open_[may_continue & (np.abs(lead) <= self._margin(hidden))]] = True
            closing = ~may_continue | (lead > 0)
            stops[open_[closing]] = place[closing] + 1
            open_, place = open_[~closing], place[~closing] + 1
        return stops, uncertain

    def _to_end(self, vectors: Floats, begun: _Begun) -> tuple[int, bool]:
        """The same for one entity, however long."""
        most = int(begun.text_ends[0] - begun.starts[0])
        (stop,), (uncertain,) = self._step(vectors, begun, most)
        return int(stop), bool(uncertain)

    def _margin(self, hidden: Floats) -> Floats:
        """float32 [states], from the hidden layer [states, hidden]."""
        margin: Floats = np.sqrt(np.vecdot(hidden, hidden))
        margin *= self._margin_of_length
        return margin


def _best_allowed(scores: Floats, is_last: Bools, is_space: Bools) -> tuple[Floats, Ints]:
    """How far the best action leads, and which it is, of scores [actions, tokens].

    B- is forbidden on the last token of a text, B- and U- are on white space.
    """
    begins = (len(scores) - 1) // 2
    lowest = np.float32(-np.inf)
    allowed = scores.copy()
    allowed[:begins, is_last] = lowest
    allowed[:-1, is_space] = lowest
    best = allowed.argmax(axis=0)
    tokens = np.arange(allowed.shape[1])
    winning = allowed[best, tokens]
    allowed[best, tokens] = lowest
    return winning - allowed.max(axis=0), best

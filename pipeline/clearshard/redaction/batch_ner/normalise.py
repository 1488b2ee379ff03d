"""Maximum over pieces, and layer normalisation without gain and shift."""

import numpy as np

from clearshard.redaction.batch_ner.parameters import Floats

#: What thinc adds to the variance.
_EPSILON = np.float32(1e-8)


def maxout(pieces: Floats, out: Floats | None = None) -> Floats:
    """The largest piece of each value.

    Args:
        pieces: float32 [pieces, ...].
        out: Where to put it.

    Returns:
        float32 [...], a copy.
    """
    if len(pieces) == 1:
        out = np.empty_like(pieces[0]) if out is None else out
        np.copyto(out, pieces[0])
        return out
    out = np.maximum(pieces[0], pieces[1], out=out)
    for piece in pieces[2:]:
        np.maximum(out, piece, out=out)
    return out


def normalised(rows: Floats) -> Floats:
    """Rows of mean 0 and variance 1, in place.

    Args:
        rows: float32 [rows, width], C-contiguous.
    """
    width = rows.shape[1]
    # A product with a constant vector is three times as fast as NumPy's mean along short rows.
    mean = rows @ np.full(width, 1 / width, np.float32)
    np.subtract(rows, mean[:, None], out=rows)
    scale = np.vecdot(rows, rows)
    scale /= np.float32(width)
    scale += _EPSILON
    np.sqrt(scale, out=scale)
    np.reciprocal(scale, out=scale)
    np.multiply(rows, scale[:, None], out=rows)
    return rows

"""All classes of lookalikes with all kinds of values, redacted by each profile."""

from collections import Counter
from collections.abc import Callable

import pytest

from clearshard.redaction.redactor import Redactor

from ..redaction.lookalikes import CLASSES
from ..redaction.making import KEY, config
from ..redaction.test_lookalikes import in_disguise, leaks


@pytest.mark.soak
@pytest.mark.parametrize("profile", ["balanced", "strict"])
def test_nothing_stays_of_values_in_each_class(profile: str, tell: Callable[[str], None]) -> None:
    redactor = Redactor(config(operator="tag", profile=profile), KEY)
    values = [*in_disguise(4, 10)]
    found = [*leaks(redactor, values)]
    tell(
        f"{len(values):,} values in {len(CLASSES)} classes of lookalikes, {profile}: "
        f"{len(found)} not removed"
    )
    assert Counter((name, kind) for name, kind, *_ in found) == {}

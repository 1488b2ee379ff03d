"""Each way of the benchmark is configured as who uses it would configure it."""

from clearshard.bench.ways import with_profile
from clearshard.config import redaction_defaults
from clearshard.redaction.checks import problems_of_redaction


def test_stock_is_without_what_only_the_other_profiles_find() -> None:
    config = redaction_defaults()
    asked = config.redaction.model_copy(update={"also_entities": ("DRUG", "MONEY")})
    config = config.model_copy(update={"redaction": asked})
    stock, strict = with_profile(config, "stock"), with_profile(config, "strict")
    assert not problems_of_redaction(stock)
    assert not problems_of_redaction(strict)
    assert strict.redaction.also_entities == ("DRUG", "MONEY")

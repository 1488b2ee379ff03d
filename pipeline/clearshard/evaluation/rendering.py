"""Figures for people (a plain text table) and for programs (a dictionary for JSON)."""

from collections.abc import Iterable, Mapping, Sequence

from clearshard.evaluation.metrics import Agreement, Figures

_SUMMARY = (
    *("", "docs", "gold", "pred", "leak", "over"),
    *("char P", "char R", "char F1"),
    *("span P", "span R", "span F1", "span full"),
)
_BY_GROUP = ("gold", "pred", "leak", "touched", "full", "label P", "label R", "label F1")


def to_dict(result: Figures) -> dict[str, object]:
    """The figures under short, stable names; what is not defined is None (JSON's null)."""
    return {
        "docs": result.documents,
        "gold_spans": result.gold_spans,
        "pred_spans": result.predicted_spans,
        "leak_rate": result.leak_rate,
        "over_redaction": result.over_redaction,
        **_agreement("char_", result.chars),
        **_agreement("span_", result.spans),
        "span_full": result.span_full,
        "groups": {
            group.value: {
                "n": figures.gold_spans,
                "leak": figures.leak_rate,
                "touched": figures.touched,
                "full": figures.full,
                "pred": figures.predicted_spans,
                **_agreement("", figures.same_group),
            }
            for group, figures in result.groups.items()
        },
    }


def to_table(results: Mapping[str, Figures]) -> str:
    """Plain text: one line for each result, then one table by group for each.

    Args:
        results: Figures by the name to show, such as the variant or the gold file.

    Returns:
        Lines without trailing spaces, the last without a line break. A dash is a figure that is
        not defined: a share of nothing.
    """
    summary = [
        (
            *(name, result.documents, result.gold_spans, result.predicted_spans),
            *(result.leak_rate, result.over_redaction),
            *(result.chars.precision, result.chars.recall, result.chars.f1),
            *(result.spans.precision, result.spans.recall, result.spans.f1, result.span_full),
        )
        for name, result in results.items()
    ]
    tables = [table(_SUMMARY, summary)]
    for name, result in results.items():
        rows = [
            (
                *(group.value, figures.gold_spans, figures.predicted_spans),
                *(figures.leak_rate, figures.touched, figures.full),
                *(figures.same_group.precision, figures.same_group.recall, figures.same_group.f1),
            )
            for group, figures in result.groups.items()
        ]
        tables.append(table((f"{name}, by group", *_BY_GROUP), rows))
    return "\n\n".join(tables)


def _agreement(prefix: str, agreement: Agreement) -> dict[str, float | None]:
    return {
        f"{prefix}P": agreement.precision,
        f"{prefix}R": agreement.recall,
        f"{prefix}F1": agreement.f1,
    }


def table(
    header: Sequence[str], rows: Iterable[Sequence[str | int | float | None]], places: int = 3
) -> str:
    """Columns as wide as their content: the first to the left, numbers to the right.

    Args:
        header: Names of the columns.
        rows: What stands below them; None is a dash.
        places: How many of a fraction are shown.
    """
    lines = [list(header), *([_cell(value, places) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            [line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])],
        ).rstrip()
        for line in lines
    )


def _cell(value: str | float | None, places: int) -> str:
    if value is None:
        return "-"
    return f"{value:.{places}f}" if isinstance(value, float) else str(value)

"""Everything that is wrong with how redaction is configured, before a model is loaded."""

import json
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from clearshard.config import Config
from clearshard.errors import ConfigError
from clearshard.recognizers.plugins import load_plugins
from clearshard.recognizers.table import LANGUAGE, Recognizers, recognizers_of
from clearshard.recognizers.user_file import read_user_recognizers
from clearshard.redaction.conversation import types_of_tagger
from clearshard.redaction.looked_for import (
    Named,
    looked_for,
    problems_of_languages,
    problems_of_types,
)
from clearshard.redaction.ner import entity_types, load_ner, model_folder, types_of_labels
from clearshard.redaction.redactor import detector_settings

Value = TypeVar("Value")


def problems_of_redaction(config: Config) -> list[str]:
    """What is wrong with the recognizers, the pipeline, the types and the languages.

    Which types are known, the recognizers of the user and the pipeline say. Where one of these
    cannot be read, nothing is said of types.
    """
    settings, asked = detector_settings(config), config.redaction
    problems = [*problems_of_languages(asked)]
    path, plugins = settings.user_recognizers, settings.plugins
    users = [
        *_tried(problems, lambda: [] if path is None else read_user_recognizers(path, LANGUAGE)),
        *_tried(problems, lambda: load_plugins(plugins, LANGUAGE, settings.regex_seconds)),
    ]
    requested: list[str] = []
    ner_types = [_tried(problems, partial(_types_of, ner)) for ner in settings.ners]
    if settings.profile != "stock":
        by_default, requested = next(
            iter(_tried(problems, lambda: [types_of_tagger(settings.profile)])), ([], [])
        )
        ner_types.append(by_default)
    if problems == problems_of_languages(asked):
        ours = recognizers_of(asked.profile, None, settings.regex_seconds)
        every = Recognizers([*ours.written, *users], ours.spoken, users, ours.requested)
        problems += problems_of_types(
            asked,
            looked_for(
                Named(asked.entities, asked.also_entities, asked.keep_entities),
                asked.score_threshold,
                ner_types,
                requested,
                every,
            ),
        )
    return problems


def _tried(problems: list[str], read: Callable[[], list[Value]]) -> list[Value]:
    """What can be read; nothing where it cannot, which becomes a problem."""
    try:
        return read()
    except ConfigError as error:
        # A file of its own is named; what is in the configuration names itself.
        own = error.source != "configuration"
        place = f"redaction.recognizers → {error.source}: " if own else ""
        problems += [f"{place}{problem}" for problem in error.problems]
        return []


def _types_of(ner: str) -> list[str]:
    """The types that a pipeline can find, by what it says of itself."""
    try:
        meta = json.loads((model_folder(ner) / "meta.json").read_text("utf-8"))
        labels = {label for of_pipe in meta["labels"].values() for label in of_pipe}
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return entity_types(load_ner(ner))
    return types_of_labels(labels)

"""The texts of what callcore can say, one file a language: a flat mapping of prompts to texts."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType

import yaml

from callcore.domain.ids import Language


class CatalogueError(Exception):
    """A catalogue cannot be read, or is no mapping of prompts to texts."""


def texts(language: Language) -> Mapping[str, str]:
    """The text of every prompt of a language's catalogue. Raises ``CatalogueError``."""
    file = resources.files(__package__).joinpath("catalogues", f"{language}.yaml")
    try:
        content = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(f"the catalogue of {language} cannot be read: {error}") from error
    try:
        return MappingProxyType(parsed(content))
    except CatalogueError as error:
        raise CatalogueError(f"the catalogue of {language}: {error}") from error


def parsed(content: str) -> dict[str, str]:
    """The texts of one file: every scalar is text, and no prompt stands there twice."""
    try:
        node = yaml.compose(content, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise CatalogueError(f"is no YAML: {error}") from error
    if not isinstance(node, yaml.MappingNode):
        raise CatalogueError("is no mapping of prompts to texts")
    found: dict[str, str] = {}
    for key, text in node.value:
        line = key.start_mark.line + 1
        if not (isinstance(key, yaml.ScalarNode) and isinstance(text, yaml.ScalarNode)):
            raise CatalogueError(f"line {line}: must be one prompt and one text")
        if key.value in found:
            raise CatalogueError(f"line {line}: {key.value} stands there twice")
        if not text.value.strip():
            raise CatalogueError(f"line {line}: {key.value} has no text")
        found[key.value] = text.value
    return found

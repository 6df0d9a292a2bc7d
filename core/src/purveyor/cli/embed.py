"""`purveyor embed`: turn texts into vectors."""

from __future__ import annotations

from pathlib import Path
from typing import Unpack

import click
import msgspec

from purveyor.cli.answers import usage_fields
from purveyor.cli.options import (
    UTF8,
    ModelArguments,
    connection,
    model_options,
    standard_input,
    typed_input,
)
from purveyor.cli.output import print_json, print_table, say, shortened
from purveyor.cli.suppliers import Pick, pick
from purveyor.modules.embedding import OnlineEmbeddingModule
from purveyor.types.embedding import Embeddings
from purveyor.types.supplier import Capability

_SHOWN_NUMBERS = 4


class EmbedArguments(ModelArguments):
    """The arguments of the command, as click passes them."""

    texts: tuple[str, ...]
    dimensions: int | None
    output: Path | None


@click.command("embed")
@click.argument("texts", nargs=-1, metavar="[TEXT]...", type=UTF8)
@model_options
@click.option("--dimensions", type=click.IntRange(min=1), help="Shorten the vectors to this many.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write JSON lines to this file: index, text, vector.",
)
def command(**said: Unpack[EmbedArguments]) -> None:
    """Turn each TEXT, or each line of standard input, into a vector."""
    texts = _texts(said["texts"])
    output = said["output"]
    if output is not None and not output.parent.is_dir():
        raise click.UsageError(f"--output: there is no folder {str(output.parent)!r}")
    chosen = pick(Capability.EMBEDDING, said["model"], said["base_url"])
    if chosen.note and not said["as_json"]:
        say(chosen.note)
    module = OnlineEmbeddingModule(chosen.model, dimensions=said["dimensions"], **connection(said))
    vectors = module.embed(texts)
    if output is not None:
        _write_lines(output, texts, vectors)
        say(f"{vectors.count} vectors of {vectors.dimensions} numbers are in {output}")
    if said["as_json"]:
        _print_as_json(module, vectors, chosen, has_vectors=output is None)
    elif output is None:
        _print_short(texts, vectors)


def _texts(said: tuple[str, ...]) -> list[str]:
    """Take the texts of the arguments, else the lines of standard input that are not blank."""
    if said and said != ("-",):
        return list(said)
    content = typed_input("the text") if said else standard_input("the text")
    lines = [line for line in content.splitlines() if line.strip()]
    if not lines:
        raise click.UsageError("there is no text on standard input")
    return lines


def _print_short(texts: list[str], vectors: Embeddings) -> None:
    rows = [
        (
            str(index),
            str(vectors.dimensions),
            " ".join(f"{number:.4f}" for number in vector[:_SHOWN_NUMBERS]) + " ...",
            shortened(text),
        )
        for index, (text, vector) in enumerate(zip(texts, vectors, strict=True))
    ]
    print_table(("index", "dimensions", "first numbers", "text"), rows)


def _print_as_json(
    module: OnlineEmbeddingModule, vectors: Embeddings, chosen: Pick, *, has_vectors: bool
) -> None:
    fields = {
        "model": vectors.model or module.model,
        "supplier": module.supplier,
        "dimensions": vectors.dimensions,
        "count": vectors.count,
        "usage": usage_fields(vectors.usage),
        "request_id": vectors.request_id,
    }
    if has_vectors:
        fields["vectors"] = vectors.tolist()
    if chosen.note:
        fields["note"] = chosen.note
    print_json(fields)


def _write_lines(path: Path, texts: list[str], vectors: Embeddings) -> None:
    rows = [
        {"index": index, "text": text, "vector": vector.tolist()}
        for index, (text, vector) in enumerate(zip(texts, vectors, strict=True))
    ]
    with path.open("wb") as file:
        file.write(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))

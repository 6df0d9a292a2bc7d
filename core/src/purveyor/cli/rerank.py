"""`purveyor rerank`: sort documents by how well they answer a query."""

from __future__ import annotations

from pathlib import Path
from typing import Unpack

import click

from purveyor.cli.answers import usage_fields
from purveyor.cli.options import UTF8, ModelArguments, connection, model_options, typed_input
from purveyor.cli.output import print_json, print_table, say, shortened
from purveyor.cli.suppliers import Pick, pick
from purveyor.modules.embedding import OnlineEmbeddingModule
from purveyor.types.rerank import RerankResponse
from purveyor.types.supplier import Capability


class RerankArguments(ModelArguments):
    """The arguments of the command, as click passes them."""

    query: str
    words: tuple[str, ...]
    documents: Path | None
    top_n: int | None


@click.command("rerank")
@click.argument("query", type=UTF8)
@click.argument("words", nargs=-1, metavar="[DOCUMENT]...", type=UTF8)
@model_options
@click.option(
    "--documents",
    type=click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True, path_type=Path),
    help="A file with one document per line; - is standard input.",
)
@click.option("--top-n", type=click.IntRange(min=1), help="Only the best so many.")
def command(**said: Unpack[RerankArguments]) -> None:
    """Sort each DOCUMENT by how well it answers QUERY, best first."""
    documents = [*said["words"], *_lines(said["documents"])]
    if not documents:
        raise click.UsageError("there is no document; give some as arguments, or with --documents")
    chosen = pick(Capability.RERANK, said["model"], said["base_url"])
    if chosen.note and not said["as_json"]:
        say(chosen.note)
    module = OnlineEmbeddingModule(chosen.model, type="rerank", **connection(said))
    response = module.rerank(said["query"], documents, top_n=said["top_n"])
    if said["as_json"]:
        _print_as_json(module, response, documents, chosen)
        return
    rows = [
        (f"{hit.score:.4f}", str(hit.index), shortened(documents[hit.index], 72))
        for hit in response.hits
    ]
    print_table(("score", "index", "document"), rows)


def _lines(path: Path | None) -> list[str]:
    """Read documents, one a line; blank lines are none."""
    if path is None:
        return []
    if str(path) == "-":
        text = typed_input("the documents")
    else:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise click.UsageError(f"--documents: {str(path)!r} cannot be read: {error}") from error
    return [line for line in text.splitlines() if line.strip()]


def _print_as_json(
    module: OnlineEmbeddingModule, response: RerankResponse, documents: list[str], chosen: Pick
) -> None:
    fields = {
        "model": response.model or module.model,
        "supplier": module.supplier,
        "hits": [
            {"index": hit.index, "score": hit.score, "document": documents[hit.index]}
            for hit in response.hits
        ],
        "usage": usage_fields(response.usage),
        "request_id": response.request_id,
    }
    if chosen.note:
        fields["note"] = chosen.note
    print_json(fields)

"""The points in which OpenAI-compatible suppliers differ, as data.

A plugin fills in what its supplier does otherwise; every default is what the reference dialect
does. Where models of one supplier differ, `families` changes the table by the model's name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct, structs

from purveyor.errors import SupplierError
from purveyor.types.chat import FinishReason

BodyPart = Mapping[str, Any]
Path = tuple[str, ...]


class ThinkingTable(Struct, frozen=True, kw_only=True):
    """How the neutral thinking setting is written.

    Args:
        on, off, auto: what is put into the body; None: the supplier cannot do that.
        effort_field: where the effort goes, dotted into nested objects; None: there is none.
        efforts: our efforts to the supplier's; one that is not listed is refused.
        budget_field: where a budget of tokens goes, dotted likewise.
        needs_stream: whether the model thinks only where its answer is streamed.
    """

    on: BodyPart | None = {}
    off: BodyPart | None = None
    auto: BodyPart | None = {}
    effort_field: str | None = None
    efforts: Mapping[str, str] = {}
    budget_field: str | None = None
    needs_stream: bool = False


class Family(Struct, frozen=True):
    """Models whose name matches `pattern` from its start: what is other for them."""

    pattern: str
    changes: Mapping[str, Any]


class ChatTable(Struct, frozen=True, kw_only=True):
    """How one supplier's chat differs.

    Args:
        path: of the endpoint, below the base address.
        prefix_path: of the endpoint when the last message is a prefix, where it is another.
        token_limit_field: name of the output limit.
        renames: names of other sampling settings.
        refused: parameters that the supplier does not take, each with what it does instead.
        refused_when_thinking: the same, unless thinking is switched off.
        fixed: parameters that may only have this value.
        ranges: lowest and highest value of a parameter.
        open_bounds: values at which a range ends that are not part of it.
        rewritten: values that are said by other fields: `{"temperature": {0: {"sample": False}}}`.
        stop_limit, stop_bytes: the most stop strings, and the length of each.
        roles: our roles to the supplier's.
        merges_system: all system messages become one, at the front.
        flattens_text: content of several texts becomes one text.
        empty_content: what stands for the content of a message that is all tool calls.
        tool_choices: which of `auto`, `none`, `required`, `named` it takes.
        tool_name: regular expression that names of tools must match.
        tools_limit: the most tools.
        tool_stream_body: what is put into the body to have tool calls streamed.
        strict_tools_path: of the endpoint for strict tools, where it is another.
        offers: which of `tools`, `parallel_tool_calls`, `logprobs`, `strict_tools` it takes.
        outputs: which of `json_object`, `json_schema` it takes; a schema it does not take is told
            in a message where the caller agrees to that.
        needs_json_word: JSON output wants the word "json" in a message.
        thinking: how thinking is set; None: it cannot be.
        thinks_by_default: whether models think when nothing is said.
        envelope: path to the object that holds the choices; () where it is the whole body.
        reasoning_fields: where the supplier puts reasoning, in order.
        reads_think_tags: text that begins with <think>...</think> begins with reasoning.
        echo_reasoning: when an assistant message takes its reasoning back with it.
        echo_placeholder: what is sent where reasoning is due, but there is none.
        prefix_field: the flag of an assistant message to be continued; None: not offered.
        inputs: which of `image_url`, `image_data`, `image_file_id`, `audio`, `file` it takes.
        file_id_url: how a file id is written as an address, `{}` standing for the id.
        image_form: whether an image's address stands in an object, or alone.
        image_data_form: whether an image's data is written as a data: address, or as bare base64.
        sends_stream_options: whether usage of a stream must be asked for.
        finish_reasons: further finish reasons of the supplier.
        finish_errors: finish reasons that are failures.
        families: changes by model.
    """

    path: str = "chat/completions"
    prefix_path: str | None = None
    token_limit_field: str = "max_tokens"
    renames: Mapping[str, str] = {}
    refused: Mapping[str, str] = {}
    refused_when_thinking: Mapping[str, str] = {}
    fixed: Mapping[str, float] = {}
    ranges: Mapping[str, tuple[float, float]] = {}
    open_bounds: Mapping[str, tuple[float, ...]] = {}
    rewritten: Mapping[str, Mapping[float, BodyPart]] = {}
    stop_limit: int | None = None
    stop_bytes: int | None = None
    roles: Mapping[str, str] = {}
    merges_system: bool = False
    flattens_text: bool = False
    empty_content: str | None = None
    tool_name: str | None = None
    tools_limit: int | None = None
    tool_stream_body: BodyPart = {}
    strict_tools_path: str | None = None
    tool_choices: frozenset[str] = frozenset({"auto", "none", "required", "named"})
    offers: frozenset[str] = frozenset({"tools", "parallel_tool_calls", "logprobs", "strict_tools"})
    outputs: frozenset[str] = frozenset({"json_object", "json_schema"})
    needs_json_word: bool = False
    thinking: ThinkingTable | None = None
    thinks_by_default: bool = False
    envelope: Path = ()
    reasoning_fields: tuple[str, ...] = ("reasoning_content", "reasoning")
    reads_think_tags: bool = False
    echo_reasoning: Literal["never", "tool_calls", "always"] = "never"
    echo_placeholder: str | None = None
    prefix_field: str | None = None
    inputs: frozenset[str] = frozenset({"image_url", "image_data", "audio", "file"})
    file_id_url: str | None = None
    image_form: Literal["object", "text"] = "object"
    image_data_form: Literal["data_url", "base64"] = "data_url"
    sends_stream_options: bool = True
    finish_reasons: Mapping[str, FinishReason] = {}
    finish_errors: Mapping[str, type[SupplierError]] = {}
    families: tuple[Family, ...] = ()

    def of_model(self, model: str) -> ChatTable:
        """Give the table of one model: every family that matches changes it, in order."""
        table = self
        for family in self.families:
            if re.match(family.pattern, model):
                table = structs.replace(table, **family.changes)
        return table


class EmbeddingTable(Struct, frozen=True, kw_only=True):
    """How one supplier's embedding differs.

    Args:
        path: of the endpoint, below the base address.
        batch_limit: the most texts of one request.
        batch_limits: the same by model.
        input_field: where the texts go, dotted into nested objects.
        dimensions_field: where shortened dimensions go, dotted likewise; None: not offered.
        encoding: the encoding to ask for, `base64` saves most of the work; None: none is asked for.
        fixed_dimensions: models that take no dimensions.
        rows: path to the list of vectors in the answer.
        index_field: the field of a row that says which text it belongs to.
    """

    path: str = "embeddings"
    batch_limit: int = 2048
    batch_limits: Mapping[str, int] = {}
    input_field: str = "input"
    dimensions_field: str | None = "dimensions"
    encoding: Literal["base64", "float"] | None = "base64"
    fixed_dimensions: frozenset[str] = frozenset()
    rows: Path = ("data",)
    index_field: str = "index"


class RerankTable(Struct, frozen=True, kw_only=True):
    """How one supplier's rerank differs: where it is, and under what names things stand.

    Args:
        path: of the endpoint, below the base address.
        query_field, documents_field, top_n_field: where they go, dotted into nested objects.
        document_field: the field of an object that each document becomes; None: it is text.
        hits: path to the list of hits in the answer.
        index_field: the field of a hit that says which document it is.
        score_fields: the fields that may hold its score, in order.
    """

    path: str = "rerank"
    query_field: str = "query"
    documents_field: str = "documents"
    document_field: str | None = None
    top_n_field: str = "top_n"
    hits: Path = ("results",)
    index_field: str = "index"
    score_fields: tuple[str, ...] = ("relevance_score", "score")


class AccountTable(Struct, frozen=True, kw_only=True):
    """Where a supplier answers questions about itself; None: it does not.

    Args:
        models_path: the list of models.
        model_facts: fields of a `ModelCard` to the paths at which a row of that list has them.
        model_inputs: modalities to the paths of the flags that say a model reads them.
        balance_path: the balance.
        balance_list: path to the list of balances, () where the body holds one.
        balance_available: path to the amount, within one balance.
        balance_currency: path to the currency, within one balance.
        balance_usable: path to the flag that says whether calls are served.
        balance_usable_above: calls are served while the amount is above this.
        tokens_path: the token count.
        tokens_field: path to the number in its answer.
    """

    models_path: str | None = "models"
    model_facts: Mapping[str, Path] = {}
    model_inputs: Mapping[str, Path] = {}
    balance_path: str | None = None
    balance_list: Path = ()
    balance_available: Path = ("available",)
    balance_currency: Path = ("currency",)
    balance_usable: Path = ()
    balance_usable_above: int | None = None
    tokens_path: str | None = None
    tokens_field: Path = ()


class ErrorTable(Struct, frozen=True, kw_only=True):
    """What a supplier's errors mean, beyond what their status says.

    Args:
        codes: the supplier's codes: exact, or a dotted beginning; case does not matter.
        messages: regular expressions over the message, first match wins.
        types: the supplier's types.
        statuses: HTTP statuses that mean something else here.
    """

    codes: Mapping[str, type[SupplierError]] = {}
    messages: tuple[tuple[str, type[SupplierError]], ...] = ()
    types: Mapping[str, type[SupplierError]] = {}
    statuses: Mapping[int, type[SupplierError]] = {}
    request_id_headers: tuple[str, ...] = ("x-request-id", "request-id")

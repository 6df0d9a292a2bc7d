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
        budget_field: where a budget of tokens goes.
    """

    on: BodyPart | None = {}
    off: BodyPart | None = None
    auto: BodyPart | None = {}
    effort_field: str | None = None
    efforts: Mapping[str, str] = {}
    budget_field: str | None = None


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
        stop_limit: the most stop strings.
        roles: our roles to the supplier's.
        tool_choices: which of `auto`, `none`, `required`, `named` it takes.
        offers: which of `tools`, `parallel_tool_calls`, `logprobs`, `strict_tools` it takes.
        outputs: which of `json_object`, `json_schema` it takes.
        needs_json_word: JSON output wants the word "json" in a message.
        thinking: how thinking is set; None: it cannot be.
        thinks_by_default: whether models think when nothing is said.
        reasoning_fields: where the supplier puts reasoning, in order.
        echo_reasoning: when an assistant message takes its reasoning back with it.
        echo_placeholder: what is sent where reasoning is due, but there is none.
        prefix_field: the flag of an assistant message to be continued; None: not offered.
        inputs: which of `image_url`, `image_data`, `image_file_id`, `audio`, `file` it takes.
        file_id_url: how a file id is written as an address, `{}` standing for the id.
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
    stop_limit: int | None = None
    roles: Mapping[str, str] = {}
    tool_choices: frozenset[str] = frozenset({"auto", "none", "required", "named"})
    offers: frozenset[str] = frozenset({"tools", "parallel_tool_calls", "logprobs", "strict_tools"})
    outputs: frozenset[str] = frozenset({"json_object", "json_schema"})
    needs_json_word: bool = False
    thinking: ThinkingTable | None = None
    thinks_by_default: bool = False
    reasoning_fields: tuple[str, ...] = ("reasoning_content", "reasoning")
    echo_reasoning: Literal["never", "tool_calls", "always"] = "never"
    echo_placeholder: str | None = None
    prefix_field: str | None = None
    inputs: frozenset[str] = frozenset({"image_url", "image_data", "audio", "file"})
    file_id_url: str | None = None
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
        dimensions_field: where shortened dimensions go; None: not offered.
        encodings: the encodings to ask for, best first; `base64` saves most of the work.
        refused: models that take no dimensions.
    """

    path: str = "embeddings"
    batch_limit: int = 2048
    batch_limits: Mapping[str, int] = {}
    dimensions_field: str | None = "dimensions"
    encoding: Literal["base64", "float"] | None = "base64"
    fixed_dimensions: frozenset[str] = frozenset()


class RerankTable(Struct, frozen=True, kw_only=True):
    """How one supplier's rerank differs: where it is, and under what names the hits stand."""

    path: str = "rerank"
    hits_field: str = "results"
    index_field: str = "index"
    score_fields: tuple[str, ...] = ("relevance_score", "score")


class AccountTable(Struct, frozen=True, kw_only=True):
    """Where a supplier answers questions about itself; None: it does not.

    Args:
        models_path: the list of models.
        balance_path: the balance.
        balance_list: path to the list of balances, () where the body holds one.
        balance_available: path to the amount, within one balance.
        balance_currency: path to the currency, within one balance.
        balance_usable: path to the flag that says whether calls are served.
        tokens_path: the token count.
        tokens_field: path to the number in its answer.
    """

    models_path: str | None = "models"
    balance_path: str | None = None
    balance_list: Path = ()
    balance_available: Path = ("available",)
    balance_currency: Path = ("currency",)
    balance_usable: Path = ()
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

"""What a call asks for beside its messages, checked against the table and written its way."""

from __future__ import annotations

import re
from typing import Any, Final

from purveyor.dialects.openai_compatible.fields import put
from purveyor.dialects.openai_compatible.tables import ChatTable, ThinkingTable
from purveyor.errors import UnsupportedParameter
from purveyor.types.chat import ChatRequest, Sampling, Thinking
from purveyor.types.output import Output, strict_schema
from purveyor.types.tools import Tool, ToolChoice

_NO_SAMPLING: Final = Sampling()


def write_options(
    body: dict[str, Any], request: ChatRequest, table: ChatTable, *, is_stream: bool
) -> None:
    """Write all that was set into the body.

    Raises:
        UnsupportedParameter: the model or the supplier cannot do what is asked.
    """
    if request.sampling is not _NO_SAMPLING:
        _write_sampling(body, request, table)
    if request.tools:
        body["tools"] = _write_tools(request.tools, table)
        if is_stream:
            body.update(table.tool_stream_body)
    if request.tool_choice is not None:
        body["tool_choice"] = _write_tool_choice(request.tool_choice, table)
    if request.parallel_tool_calls is not None:
        _demand_offer("parallel_tool_calls", table)
        body["parallel_tool_calls"] = request.parallel_tool_calls
    if request.output is not None:
        _write_output(body, request.output, table)
    if request.thinking is not None:
        _write_thinking(body, request.thinking, table.thinking, is_stream=is_stream)
    if request.logprobs is not None:
        _demand_offer("logprobs", table)
        _check("logprobs", request.logprobs, table, _thinks(request, table))
        body["logprobs"] = True
        if request.logprobs:
            body["top_logprobs"] = request.logprobs


def _thinks(request: ChatRequest, table: ChatTable) -> bool:
    return request.thinking.mode != "off" if request.thinking else table.thinks_by_default


def _write_sampling(body: dict[str, Any], request: ChatRequest, table: ChatTable) -> None:
    thinks = _thinks(request, table)
    for name in Sampling.__struct_fields__:
        value = getattr(request.sampling, name)
        if value is None:
            continue
        _check(name, value, table, thinks)
        if name in table.rewritten and value in table.rewritten[name]:
            body.update(table.rewritten[name][value])
            continue
        wire_name = table.token_limit_field if name == "max_tokens" else name
        body[table.renames.get(name, wire_name)] = value


def _check(name: str, value: Any, table: ChatTable, thinks: bool) -> None:
    refusal = table.refused.get(name)
    if refusal is None and thinks:
        refusal = table.refused_when_thinking.get(name)
    if refusal is not None and table.fixed.get(name) != value:
        raise UnsupportedParameter(f"{name} is not taken: {refusal}", param=name)
    if name in table.ranges:
        low, high = table.ranges[name]
        excluded = table.open_bounds.get(name, ())
        if not low <= value <= high or value in excluded:
            beside = f", without {' and '.join(f'{each:g}' for each in excluded)}" * bool(excluded)
            raise UnsupportedParameter(
                f"{name} is {value}; accepted: {low:g} to {high:g}{beside}", param=name
            )
    if name == "stop":
        _check_stop(value, table)


def _check_stop(stop: tuple[str, ...], table: ChatTable) -> None:
    if table.stop_limit and len(stop) > table.stop_limit:
        raise UnsupportedParameter(
            f"stop has {len(stop)} strings; accepted: at most {table.stop_limit}", param="stop"
        )
    if table.stop_bytes and any(len(text.encode()) > table.stop_bytes for text in stop):
        raise UnsupportedParameter(
            f"a stop string is longer than {table.stop_bytes} bytes", param="stop"
        )


def _demand_offer(name: str, table: ChatTable) -> None:
    if name not in table.offers:
        raise UnsupportedParameter(f"{name} is not offered", param=name)


def _write_tools(tools: tuple[Tool, ...], table: ChatTable) -> list[dict[str, Any]]:
    _demand_offer("tools", table)
    if table.tools_limit and len(tools) > table.tools_limit:
        raise UnsupportedParameter(
            f"{len(tools)} tools; accepted: at most {table.tools_limit}", param="tools"
        )
    return [_write_tool(tool, table) for tool in tools]


def _write_tool(tool: Tool, table: ChatTable) -> dict[str, Any]:
    if tool.raw is not None:
        return dict(tool.raw)
    if table.tool_name and not re.fullmatch(table.tool_name, tool.name):
        raise UnsupportedParameter(
            f"tool {tool.name!r}: the name must match {table.tool_name}", param="tools"
        )
    function: dict[str, Any] = {"name": tool.name, "parameters": tool.parameters}
    if tool.description:
        function["description"] = tool.description
    if tool.is_strict:
        if "strict_tools" not in table.offers:
            raise UnsupportedParameter(
                f"tool {tool.name!r}: strict schemas are not offered", param="tools"
            )
        if not Output(schema=tool.parameters).can_be_strict:
            raise UnsupportedParameter(
                f"tool {tool.name!r}: a strict schema names all properties;"
                " this one leaves an object open",
                param="tools",
            )
        function["strict"] = True
        function["parameters"] = strict_schema(tool.parameters)
    return {"type": "function", "function": function}


def _write_tool_choice(choice: ToolChoice, table: ChatTable) -> Any:
    """Write which tool is to be called; a word that is no mode is a tool's name."""
    mode = choice if choice in ("auto", "none", "required") else "named"
    if mode not in table.tool_choices:
        accepted = ", ".join(sorted(table.tool_choices))
        raise UnsupportedParameter(
            f"tool_choice {choice!r} is not offered; accepted: {accepted}", param="tool_choice"
        )
    return choice if mode != "named" else {"type": "function", "function": {"name": choice}}


def is_told_in_words(output: Output | None, table: ChatTable) -> bool:
    """Whether the schema goes into a message: the supplier takes none, and the caller agrees."""
    if output is None or output.schema is None:
        return False
    return output.in_words and "json_schema" not in table.outputs


def schema_in_words(output: Output) -> str:
    """Tell a schema in a message."""
    import msgspec

    schema = msgspec.json.encode(output.schema).decode()
    return f"Answer with JSON alone, as this JSON schema describes it:\n{schema}"


def _write_output(body: dict[str, Any], output: Output, table: ChatTable) -> None:
    """Write the form the reply is to have."""
    if is_told_in_words(output, table):
        if "json_object" in table.outputs:
            body["response_format"] = {"type": "json_object"}
        return
    kind = "json_object" if output.schema is None else "json_schema"
    if kind not in table.outputs:
        accepted = ", ".join(sorted(table.outputs)) or "text only"
        told = "; or tell it in words: Output.of(..., in_words=True)" * (kind == "json_schema")
        raise UnsupportedParameter(
            f"output of form {kind} is not offered; accepted: {accepted}{told}", param="output"
        )
    if output.schema is None:
        body["response_format"] = {"type": "json_object"}
        return
    is_strict = output.is_strict and output.can_be_strict
    described = {
        "name": re.sub(r"[^A-Za-z0-9_-]", "_", output.name)[:64],
        "schema": strict_schema(output.schema) if is_strict else output.schema,
        "strict": is_strict,
    }
    body["response_format"] = {"type": "json_schema", "json_schema": described}


def _write_thinking(
    body: dict[str, Any], thinking: Thinking, table: ThinkingTable | None, *, is_stream: bool
) -> None:
    """Write the neutral thinking setting."""
    if table is None:
        raise UnsupportedParameter("thinking cannot be set for this model", param="thinking")
    switched = {"on": table.on, "off": table.off, "auto": table.auto}[thinking.mode]
    if switched is None:
        raise UnsupportedParameter(
            f"thinking cannot be switched {thinking.mode} for this model", param="thinking"
        )
    if table.needs_stream and not is_stream and thinking.mode != "off":
        raise UnsupportedParameter(
            "this model thinks only where its answer is streamed; use stream()", param="thinking"
        )
    body.update(switched)
    if thinking.effort is not None:
        _write_effort(body, thinking, table)
    if thinking.budget_tokens is not None:
        if table.budget_field is None or thinking.mode == "off":
            raise UnsupportedParameter("a thinking budget is not offered", param="thinking")
        put(body, table.budget_field, thinking.budget_tokens)


def _write_effort(body: dict[str, Any], thinking: Thinking, table: ThinkingTable) -> None:
    word = table.efforts.get(thinking.effort or "")
    if table.effort_field is None or word is None or thinking.mode == "off":
        accepted = ", ".join(table.efforts) if thinking.mode != "off" else ""
        raise UnsupportedParameter(
            f"thinking effort {thinking.effort!r} is not offered"
            f"; accepted: {accepted or 'none, thinking can only be on or off'}",
            param="thinking",
        )
    put(body, table.effort_field, word)

"""Mistakes that a type checker must find: each `ignore` names the error, an unused one fails."""

from __future__ import annotations

from purveyor import AutoModel, OnlineChatModule, OnlineEmbeddingModule, Reply, Timeouts
from purveyor.plugin import Capability, ChatDialect, HttpRequest, SupplierCard

llm = OnlineChatModule("orchid")

OnlineChatModule("orchid", temprature=0.2)  # type: ignore[call-arg]
AutoModel("orchid", temprature=0.2)  # type: ignore[call-overload]
AutoModel("orchid", type="finetune")  # type: ignore[call-overload]
AutoModel("orchid", type="embed").stream("hi")  # type: ignore[attr-defined]

llm("hi", temperature="warm")  # type: ignore[arg-type]
llm("hi", thinking="very")  # type: ignore[arg-type]
llm("hi", timeouts=3)  # type: ignore[arg-type]
print(llm("hi").stop_reason)  # type: ignore[attr-defined]
print(llm("hi").usage.input_tokens)  # type: ignore[union-attr]
llm.share(api_key="another")  # type: ignore[call-arg]

OnlineEmbeddingModule("orchid")("one", top_n=1)  # type: ignore[call-overload]
OnlineEmbeddingModule("orchid")(["one"], documents=["two"])  # type: ignore[call-overload]
OnlineEmbeddingModule("orchid", type="chat")  # type: ignore[arg-type]

Timeouts(5)  # type: ignore[call-arg]
Reply("text")  # type: ignore[arg-type]
SupplierCard(name="orchid", title="Orchid", docs="")  # type: ignore[call-arg]
print(Capability.IMAGES)  # type: ignore[attr-defined]
HttpRequest("GET", "https://orchid.example").body = b"changed"  # type: ignore[misc]


class Silent:
    """Says nothing: it lacks every method of a dialect."""


dialect: ChatDialect = Silent()  # type: ignore[assignment]

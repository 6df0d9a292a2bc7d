"""Models on the compatible wire, token counts on the native one.

Reference: dashscope 2.0.2, `Tokenization` (read 2026-11).
"""

from purveyor.plugin import (
    ChatRequest,
    Endpoint,
    HttpRequest,
    OpenAICompatibleAccount,
    SupplierCard,
    decode_json,
    encode_json,
)
from purveyor_qwen.errors import ERRORS
from purveyor_qwen.tables import ACCOUNT, CHAT


class QwenAccount(OpenAICompatibleAccount):
    """Tells the models, and counts the tokens of messages."""

    def __init__(self, compatible: Endpoint, native: Endpoint, card: SupplierCard) -> None:
        super().__init__(compatible, card, ACCOUNT, CHAT, ERRORS)
        self._tokenizer = native.url(ACCOUNT.tokens_path or "")

    def ask_token_count(self, request: ChatRequest) -> HttpRequest:
        """Ask how many input tokens a request has; the messages stand one object deeper."""
        flat = super().ask_token_count(request)
        asked = decode_json(flat.body)
        body = {"model": asked["model"], "input": {"messages": asked["messages"]}}
        return HttpRequest("POST", self._tokenizer, flat.headers, encode_json(body))

"""SenseNova's embedding: its native shape is a table; what is its own is the key that is renewed."""

from purveyor.plugin import Endpoint, HttpReply, OpenAICompatibleEmbedding, SupplierError
from purveyor_sensenova.errors import ERRORS
from purveyor_sensenova.keys import Tokens
from purveyor_sensenova.tables import EMBEDDING


class Embedding(OpenAICompatibleEmbedding):
    """Embedding at the native address."""

    def __init__(self, endpoint: Endpoint, tokens: Tokens) -> None:
        super().__init__(endpoint, EMBEDDING, ERRORS)
        self._secret, self._tokens = endpoint.secret, tokens

    def explain(self, reply: HttpReply) -> SupplierError:
        """Read an error; a token that was refused is made anew."""
        return self._tokens.renewed(super().explain(reply), self._secret)

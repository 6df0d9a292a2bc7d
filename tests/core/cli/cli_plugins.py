"""The sources of fabricated plugins: a supplier, a stand-in, an extension, a broken one."""

ACME = """
from purveyor.plugin import Capability, ModelCard, OpenAICompatible, SupplierCard
from datetime import date
supplier = OpenAICompatible(SupplierCard(
    name="acme", title="Acme", docs="https://acme.test", base_url="http://127.0.0.1:9/v1",
    key_env=("ACME_API_KEY",), default_models={Capability.CHAT: "a-1"},
    models=(
        ModelCard(name="a-1", context_tokens=128_000, inputs=("text", "image"), thinks=True),
        ModelCard(name="a-0", retired=date(2020, 1, 2), successor="a-1"),
    ),
))
"""

KEYLESS = """
from purveyor.plugin import (
    Capability, HttpReply, MemoryTransport, OpenAICompatible, SupplierCard, Transports, hookimpl,
)
MESSAGE = b'{"role": "assistant", "content": "offline"}'
BODY = b'{"choices": [{"message": ' + MESSAGE + b', "finish_reason": "stop"}]}'

class Extension:
    @hookimpl
    def purveyor_transport(self, scheme):
        if scheme == "keyless":
            return Transports(
                sync=lambda: MemoryTransport(lambda request: HttpReply(status=200, body=BODY)),
                asynchronous=lambda: None,
            )

extension = Extension()
supplier = OpenAICompatible(SupplierCard(
    name="keyless", title="a stand-in", docs="", base_url="keyless://x/v1", auth="none",
    default_models={Capability.CHAT: "tiny"},
))
"""

EXTRA = """
import click
from purveyor.plugin import hookimpl

class Extension:
    @hookimpl
    def purveyor_commands(self, cli):
        @cli.command("wave")
        def wave():
            "Wave to the user."
            click.echo("hello")

        @cli.command("chat")
        def chat():
            click.echo("taken over")

extension = Extension()
"""

BROKEN = "raise RuntimeError('a bad day')"

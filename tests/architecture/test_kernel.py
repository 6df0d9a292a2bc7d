"""The kernel stands alone: it finds a plugin, says a request and reads a reply without the rest."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

from workspace import CORE

KERNEL = [
    *("__init__.py", "errors.py", "types", "dialects", "hookspecs.py"),
    *("_manager.py", "_plugins", "plugin.py", "_bases.py"),
]

PLUGIN = """
from purveyor.plugin import Capability, OpenAICompatible, SupplierCard

supplier = OpenAICompatible(SupplierCard(
    name="lily", title="Lily", docs="https://lily.example", base_url="https://lily.example/v1",
    default_models={Capability.CHAT: "lily-1", Capability.EMBEDDING: "lily-2"},
))
"""

PROGRAM = """
import json
from purveyor._manager import PluginManager
from purveyor.errors import ContextLengthExceeded
from purveyor.plugin import Capability, ChatRequest, Endpoint, HttpReply, Message, Text

def endpoint(capability):
    return Endpoint(supplier="lily", capability=capability, base_url="https://lily.example/v1")

plugin = PluginManager().supplier("lily")
dialect = plugin.chat(endpoint(Capability.CHAT))
question = ChatRequest(model="lily-1", messages=(Message("user", (Text("hi"),)),))
sent = dialect.encode(question)
body = {"choices": [{"message": {"role": "assistant", "content": "hello"}, "finish_reason": "stop"}]}
answer = dialect.decode(HttpReply(200, {}, json.dumps(body).encode()))
decoder = dialect.stream_decoder(HttpReply(200, {}))
frame = {"choices": [{"index": 0, "delta": {"content": "streamed"}, "finish_reason": "stop"}]}
events = [*decoder.feed(f"data: {json.dumps(frame)}\\n\\ndata: [DONE]\\n\\n".encode()), *decoder.end()]
error = dialect.explain(HttpReply(400, {}, b'{"error": {"code": "context_length_exceeded"}}'))
import sys
print(json.dumps({
    "offers": plugin.capabilities(),
    "url": sent.url,
    "asked": json.loads(sent.body)["messages"],
    "answer": answer.message.text,
    "streamed": "".join(event.text for event in events if hasattr(event, "text")),
    "error": type(error).__name__,
    "files": [m.__file__ for n, m in sys.modules.items() if n.partition(".")[0] == "purveyor"],
}))
"""


def install_lily(folder: Path) -> None:
    """Write a plugin and its metadata, as pip would."""
    (folder / "purveyor_lily.py").write_text(PLUGIN)
    info = folder / "purveyor_lily-1.0.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: purveyor-lily\nVersion: 1.0.0\n")
    (info / "entry_points.txt").write_text("[purveyor.suppliers]\nlily = purveyor_lily:supplier\n")


def test_the_kernel_serves_a_plugin_with_every_other_room_removed(tmp_path: Path) -> None:
    """Law 11. No transport, no settings, no client, no module: the files do not exist."""
    kernel = tmp_path / "purveyor"
    kernel.mkdir()
    for name in KERNEL:
        copy = shutil.copytree if (CORE / name).is_dir() else shutil.copy
        copy(CORE / name, kernel / name)
    install_lily(tmp_path)
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{dedent(PROGRAM)}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert not done.stderr
    told = json.loads(done.stdout)
    assert all(Path(file).is_relative_to(tmp_path) for file in told.pop("files"))
    assert told == {
        "offers": ["chat", "embedding"],
        "url": "https://lily.example/v1/chat/completions",
        "asked": [{"role": "user", "content": "hi"}],
        "answer": "hello",
        "streamed": "streamed",
        "error": "ContextLengthExceeded",
    }

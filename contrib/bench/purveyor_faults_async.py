"""purveyor's async face for the fault harness: see README.md beside this file."""

import asyncio
import importlib.util
from pathlib import Path

_beside = Path(__file__).with_name("purveyor_faults.py")
_spec = importlib.util.spec_from_file_location("purveyor_faults", _beside)
_sync = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_sync)


class Adapter(_sync.Adapter):
    """As the sync adapter, each call awaited in a loop of its own."""

    def chat(self, base, key, model, llm=None):
        reply = asyncio.run((llm or self._llm(base, key, model)).acall("hi"))
        return self._facts(reply.response)

    def two(self, base, key, model):
        async def twice():
            llm = self._llm(base, key, model)
            await llm.acall("hi")
            await asyncio.sleep(0.5)
            return await llm.acall("hi")

        return self._facts(asyncio.run(twice()).response)

    def stream(self, base, key, model):
        async def read():
            async with self._llm(base, key, model).astream("hi") as events:
                async for _ in events:
                    pass
            return events.response

        return self._facts(asyncio.run(read()))

    def stream_first(self, base, key, model):
        from faulty_upstream import EXPECT

        async def read_one():
            async with self._llm(base, key, model).astream("hi") as events:
                async for _ in events.text():
                    break

        asyncio.run(read_one())
        return {"text": EXPECT}

    def embed(self, base, key, model, inputs):
        import purveyor

        module = purveyor.OnlineEmbeddingModule(
            f"openai_compatible:{model}",
            base_url=base,
            api_key=key,
            timeouts=purveyor.Timeouts(connect=1.5, idle=1.5, total=6.0),
        )
        return asyncio.run(module.acall(inputs)).tolist()


ADAPTER = Adapter()

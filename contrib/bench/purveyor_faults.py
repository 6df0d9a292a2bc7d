"""purveyor for the fault harness: see README.md beside this file."""


class Adapter:
    """Drives purveyor through the wire faults; timeouts and retries as the harness asks."""

    name = "custom"
    typed_modules = ("purveyor.errors",)

    def _llm(self, base, key, model):
        import purveyor

        return purveyor.OnlineChatModule(
            f"openai_compatible:{model}",
            base_url=base,
            api_key=key,
            timeouts=purveyor.Timeouts(connect=1.5, idle=1.5, first_event=3.0, total=6.0),
            retries=purveyor.RetryPolicy(attempts=3),
        )

    def chat(self, base, key, model, llm=None):
        reply = (llm or self._llm(base, key, model))("hi")
        return self._facts(reply.response)

    def _facts(self, response):
        message = response.message
        return {
            "text": message.text,
            "finish": response.finish.raw,
            "tools": [[call.id, call.name, call.arguments] for call in message.tool_calls],
        }

    def two(self, base, key, model):
        import time

        llm = self._llm(base, key, model)
        self.chat(base, key, model, llm)
        time.sleep(0.5)
        return self.chat(base, key, model, llm)

    def stream(self, base, key, model):
        with self._llm(base, key, model).stream("hi") as events:
            for _ in events:
                pass
        return self._facts(events.response)

    def stream_first(self, base, key, model):
        from faulty_upstream import EXPECT

        with self._llm(base, key, model).stream("hi") as events:
            next(events.text())
        return {"text": EXPECT}

    def embed(self, base, key, model, inputs):
        import purveyor

        module = purveyor.OnlineEmbeddingModule(
            f"openai_compatible:{model}",
            base_url=base,
            api_key=key,
            timeouts=purveyor.Timeouts(connect=1.5, idle=1.5, total=6.0),
        )
        return module.embed(inputs).tolist()

    def reprs(self, base, key):
        llm = self._llm(base, key, "m")
        return [llm, llm._line.connection, llm._line.connection.endpoint, llm._line.target]


ADAPTER = Adapter()

"""purveyor for the benchmark harness: see README.md beside this file."""

NAME = "purveyor"
VENV = "purveyor"
IMPORT = "import purveyor"
DIST = "purveyor"


def make(base, key, model):
    import purveyor

    return purveyor.OnlineChatModule(f"openai_compatible:{model}", base_url=base, api_key=key)


def chat(llm, text):
    return str(llm(text))  # the text alone, as the other adapters return it


def stream(llm, text):
    return llm.stream(text).text()


def embed(llm, texts):
    import purveyor

    secret = llm._line.target.api_key
    base = llm._line.target.base_url
    if not hasattr(llm, "_bench"):
        llm._bench = purveyor.OnlineEmbeddingModule(
            f"openai_compatible:{llm.model}",
            base_url=base,
            api_key=secret,
            extra_body={"encoding_format": "base64"},
        )
    return llm._bench.embed(texts)


async def achat(llm, text):
    return str(await llm.acall(text))

"""Rebuild the embedded chat model from its corpus: same corpus, seed, torch and thread count, same weights.

Run `python training/train.py` from contrib/embedded; it takes about two minutes on one core.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "src")]

import numpy as np  # noqa: E402
import torch  # noqa: E402
from bpe import learn_merges  # noqa: E402
from network import logits, new_weights  # noqa: E402
from safetensors.numpy import save_file  # noqa: E402
from torch.nn.functional import cross_entropy  # noqa: E402

from purveyor_embedded.tokenizer import ANSWER, END, FIRST_MERGE, QUESTION, Tokenizer  # noqa: E402
from purveyor_embedded.transformer import Shape, Transformer  # noqa: E402

DATA = HERE.parent / "src" / "purveyor_embedded" / "data"
SHAPE = Shape(width=128, layers=2, heads=4, context=192)
HIDDEN, VOCABULARY, IGNORED = 320, 1024, -100

Pair = tuple[list[int], list[int]]


def read_corpus() -> list[tuple[list[str], str]]:
    """Give (questions, answer) of every line of corpus/*.jsonl, files in the order of their names."""
    lines = [
        line
        for path in sorted((HERE / "corpus").glob("*.jsonl"))
        for line in path.read_text().splitlines()
    ]
    return [(entry["questions"], entry["answer"]) for entry in map(json.loads, lines)]


def encode(question: str, answer: str, tokenizer: Tokenizer) -> Pair:
    """Give the tokens and the target after each of them; what comes inside the question is not asked for."""
    prompt = [QUESTION, *tokenizer.encode(question), ANSWER]
    reply = [*tokenizer.encode(answer), END]
    return (prompt + reply)[:-1], [IGNORED] * (len(prompt) - 1) + reply


def batches(pairs: list[Pair], size: int, rng: random.Random) -> list[list[Pair]]:
    """Shuffle, then put pairs of like length together, so that little is padded."""
    order = sorted(pairs, key=lambda pair: len(pair[0]) + rng.random() * 12)
    groups = [order[start : start + size] for start in range(0, len(order), size)]
    rng.shuffle(groups)
    return groups


def pad(rows: list[list[int]], filler: int) -> torch.Tensor:
    """Make one tensor (rows, longest row) of rows of different lengths."""
    width = max(map(len, rows))
    return torch.tensor([row + [filler] * (width - len(row)) for row in rows])


def train(
    pairs: list[Pair], epochs: int, size: int, rate: float, seed: int
) -> dict[str, np.ndarray]:
    """Fit the weights to the pairs; prints the loss of every tenth epoch."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    weights = new_weights(SHAPE, VOCABULARY, HIDDEN)
    steps = epochs * -(-len(pairs) // size)
    optimizer = torch.optim.AdamW(weights.values(), lr=rate, betas=(0.9, 0.98), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, rate, total_steps=steps, pct_start=0.1
    )
    begin = time.time()
    for epoch in range(epochs):
        losses = []
        for group in batches(pairs, size, rng):
            scores = logits(weights, SHAPE, pad([row for row, _ in group], END))
            loss = cross_entropy(
                scores.flatten(0, 1), pad([row for _, row in group], IGNORED).flatten()
            )
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(weights.values(), 1.0)
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        if epoch % 10 == 0 or epoch == epochs - 1:
            print(
                f"epoch {epoch:3d}  loss {np.mean(losses):.4f}  {time.time() - begin:.0f} s",
                flush=True,
            )
    return {name: tensor.detach().numpy().astype(np.float16) for name, tensor in weights.items()}


def recall(
    corpus: list[tuple[list[str], str]], tokenizer: Tokenizer, model: Transformer
) -> tuple[int, int]:
    """Count the questions that the numpy runtime answers word for word, and all questions."""
    pairs = [(question, answer) for questions, answer in corpus for question in questions]
    prompts = ([QUESTION, *tokenizer.encode(question), ANSWER] for question, _ in pairs)
    answers = [tokenizer.decode(model.generate(prompt, END)) for prompt in prompts]
    wrong = [
        question
        for (question, answer), found in zip(pairs, answers, strict=True)
        if found != answer
    ]
    for question in wrong:
        print("wrong:", question)
    return len(pairs) - len(wrong), len(pairs)


def save(
    weights: dict[str, np.ndarray],
    merges: list[tuple[int, int]],
    corpus: list[tuple[list[str], str]],
) -> None:
    """Write model.safetensors and model.json, which holds its hash, shape, merges and known questions."""
    DATA.mkdir(exist_ok=True)
    save_file(weights, DATA / "model.safetensors")
    shape = {name: getattr(SHAPE, name) for name in ("width", "layers", "heads", "context")}
    model = {
        "sha256": hashlib.sha256((DATA / "model.safetensors").read_bytes()).hexdigest(),
        "shape": shape,
        "merges": merges,
        "questions": [questions for questions, _ in corpus],
    }
    (DATA / "model.json").write_text(json.dumps(model, separators=(",", ":")) + "\n")


def main() -> None:
    """Train, save, and print how much is recalled exactly; fails below 98 %."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--seed", type=int, default=20)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    corpus = read_corpus()
    texts = [text for questions, answer in corpus for text in (*questions, answer)]
    merges = learn_merges(texts, VOCABULARY - FIRST_MERGE)
    tokenizer = Tokenizer(merges)
    pairs = [
        encode(question, answer, tokenizer)
        for questions, answer in corpus
        for question in questions
    ]
    print(
        f"{len(pairs)} questions, {len(corpus)} answers, longest {max(len(row) for row, _ in pairs)} tokens"
    )
    weights = train(pairs, arguments.epochs, arguments.batch, arguments.rate, arguments.seed)
    save(weights, merges, corpus)
    model = Transformer(SHAPE, weights)
    right, total = recall(corpus, tokenizer, model)
    print(
        f"{model.parameters} parameters; exact greedy recall {right} of {total} = {right / total:.1%}"
    )
    if right < 0.98 * total:
        raise SystemExit("recall is below 98 %")


if __name__ == "__main__":
    main()

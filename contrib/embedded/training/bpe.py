"""Learn byte-pair merges from a corpus: the commonest neighbours become one token, again and again."""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from purveyor_embedded.tokenizer import FIRST_MERGE, split_pieces


def learn_merges(texts: Iterable[str], count: int) -> list[tuple[int, int]]:
    """Give up to `count` merges, earliest first; ties go to the smaller pair, so a rerun gives the same list."""
    pieces = Counter(piece for text in texts for piece in split_pieces(text))
    words = [(list(piece.encode()), times) for piece, times in sorted(pieces.items())]
    merges: list[tuple[int, int]] = []
    while len(merges) < count:
        pairs: Counter[tuple[int, int]] = Counter()
        for ids, times in words:
            for pair in pairwise(ids):
                pairs[pair] += times
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        words = [(_replace(ids, best, FIRST_MERGE + len(merges)), times) for ids, times in words]
        merges.append(best)
    return merges


def _replace(ids: list[int], pair: tuple[int, int], new: int) -> list[int]:
    out: list[int] = []
    for token in ids:
        if out and (out[-1], token) == pair:
            out[-1] = new
        else:
            out.append(token)
    return out

"""What `make demo` shows: one question answered, two texts compared, no key and no network."""

import subprocess
import sys
from pathlib import Path

PURVEYOR = Path(sys.executable).with_name("purveyor")

STEPS = (
    ("chat", "What is a supplier?"),
    ("chat", "How do I use another model?"),
    (
        "rerank",
        "How do I pay less?",
        "Tokens are billed per million.",
        "The cat sleeps on the sofa.",
        "A smaller model lowers the price of a call.",
    ),
    ("plugins",),
)


def main() -> int:
    """Run each step as a user would, and stop at the first that fails."""
    for step in STEPS:
        shown = " ".join(f'"{word}"' if " " in word else word for word in step)
        print(f"\n$ purveyor {shown}", flush=True)
        status = subprocess.run([PURVEYOR, *step], check=False).returncode
        if status:
            return status
    print(
        '\nNext: pip install purveyor-<supplier>, set its key, purveyor chat --model <supplier> "hi"'
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

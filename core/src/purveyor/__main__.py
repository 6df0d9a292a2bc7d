"""`python -m purveyor`: the same as the `purveyor` command."""

from __future__ import annotations

import sys

from purveyor.cli.main import main

if __name__ == "__main__":
    sys.exit(main())

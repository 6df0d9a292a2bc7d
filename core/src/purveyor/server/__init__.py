"""Serving a module over HTTP, JSON frames only. Empty: issue 4 (the module layer) fills it."""

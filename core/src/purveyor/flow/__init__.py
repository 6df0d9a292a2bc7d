"""Composing modules: pipeline, parallel, switch, loop, graph. Empty: issue 4 (the module layer) fills it."""

"""Saying it: encode, authorize, send, decode; a file per capability, sync and async faces."""

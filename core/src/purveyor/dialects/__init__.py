"""How to say it: pure code, requests out and bytes in, values back. No I/O, no clock."""

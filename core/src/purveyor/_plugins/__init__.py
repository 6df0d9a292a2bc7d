"""Plugins: found by name, loaded one at a time, kept apart. `_manager` is the door of this room."""

"""Pictures, sounds and documents named on the command line, read as parts of a message."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from purveyor.cli.options import ParameterType
from purveyor.types.messages import Audio, File, Image, Text

_IMAGES: Final = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
)
_SOUNDS: Final = ((8, b"WAVE", "wav"), (0, b"ID3", "mp3"), (0, b"\xff\xfb", "mp3"))
_SOUND_SUFFIXES: Final = ("wav", "mp3", "flac", "ogg", "opus", "m4a", "aac")


class _FromFile(ParameterType):
    """An option that names a file; a file that cannot be read is wrong usage."""

    name = "path"

    def read(self, path: str, param: click.Parameter | None, ctx: click.Context | None) -> bytes:
        try:
            return Path(path).read_bytes()
        except OSError as error:
            self.fail(f"{path!r} cannot be read: {error.strerror}", param, ctx)
        except ValueError as error:
            self.fail(f"{path!r} is no path: {error}", param, ctx)


class ImageFile(_FromFile):
    """A picture: the address of one, or a file."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Image:
        """Leave an address to the supplier; read a file."""
        if value.startswith(("http://", "https://", "data:")):
            return Image(url=value)
        data = self.read(value, param, ctx)
        guessed = mimetypes.guess_type(value)[0] or ""
        kind = _kind(data, _IMAGES) or (guessed if guessed.startswith("image/") else None)
        if kind is None:
            self.fail(f"{value!r} is no picture; expected png, jpeg, gif or webp", param, ctx)
        return Image(data=data, media_type=kind)


class AudioFile(_FromFile):
    """A sound."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Audio:
        """Read a file, and tell its format by its content, else by its name."""
        data = self.read(value, param, ctx)
        suffix = Path(value).suffix.lower().removeprefix(".")
        kind = _kind(data, _SOUNDS) or (suffix if suffix in _SOUND_SUFFIXES else None)
        if kind is None:
            expected = ", ".join(_SOUND_SUFFIXES)
            self.fail(f"{value!r} is no sound; expected {expected}", param, ctx)
        return Audio(data=data, format=kind)


class Document(_FromFile):
    """A document: text becomes text of the message, which every model reads; else a file."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Text | File:
        """Read a file."""
        data, name = self.read(value, param, ctx), Path(value).name
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = "\0"
        if "\0" not in text:
            return Text(f"File {name}:\n\n{text.rstrip()}\n\n")
        return File(data=data, name=name, media_type=mimetypes.guess_type(value)[0])


class JsonSchema(_FromFile):
    """A JSON schema in a file."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> dict[str, Any]:
        """Read a JSON object."""
        try:
            schema = msgspec.json.decode(self.read(value, param, ctx))
        except msgspec.DecodeError as error:
            self.fail(f"{value!r} is not JSON: {error}", param, ctx)
        if not isinstance(schema, dict):
            self.fail(f"{value!r} holds no JSON object, so no schema", param, ctx)
        return schema


def _kind(data: bytes, marks: tuple[tuple[int, bytes, str], ...]) -> str | None:
    """Tell what a file is by the bytes it begins with."""
    return next((kind for at, mark, kind in marks if data.startswith(mark, at)), None)

"""From an entry point to a plugin with a card: the phases, and what went wrong in which.

Whatever a plugin does wrong becomes a `Refusal`, which holds the `PluginProblem` to be listed and
makes the error to be raised. Only KeyboardInterrupt passes: it is the user's.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct

from purveyor._plugins.entry_points import EXTENSIONS, FRAMEWORKS, SUPPLIERS, EntryPoint
from purveyor._plugins.import_watch import watching
from purveyor.errors import ApiVersionRefused, PluginError, PluginLoadError
from purveyor.types.supplier import FrameworkCard, SupplierCard

Hook = Callable[..., Any]
"""One implementation of a hook; takes the arguments of its spec, in order, by position."""

IN_PROCESS: Final = "in process"
"""What stands for the distribution of a plugin that the program itself registered."""

_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz")
_NAME_CHARACTERS: Final = _LETTERS | frozenset("0123456789_-")


class PluginKind(StrEnum):
    """What a plugin is; each kind has its own entry-point group."""

    SUPPLIER = "supplier"
    FRAMEWORK = "framework"
    EXTENSION = "extension"


GROUP_OF: Final[Mapping[PluginKind, str]] = {
    PluginKind.SUPPLIER: SUPPLIERS,
    PluginKind.FRAMEWORK: FRAMEWORKS,
    PluginKind.EXTENSION: EXTENSIONS,
}


class Phase(StrEnum):
    """How far a plugin came; a problem names the phase it failed in."""

    DISCOVERED = "discovered"
    FILTERED = "filtered"
    IMPORTED = "imported"
    VERSION_CHECKED = "version-checked"
    REGISTERED = "registered"
    DESCRIBED = "described"


class Origin(Struct, frozen=True):
    """Whose plugin it is: kind, entry-point name, distribution and its version."""

    kind: PluginKind
    name: str
    distribution: str = IN_PROCESS
    version: str = ""

    def owner(self) -> str:
        """Return distribution and version, as messages name them."""
        return f"{self.distribution} {self.version}".strip()

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r} ({self.owner()})"


class PluginProblem(Struct, frozen=True, kw_only=True):
    """What is wrong with one plugin, and what to do; everything else works without it."""

    name: str
    distribution: str
    version: str
    phase: Phase
    error: str
    hint: str


class Refusal(Exception):
    """A plugin is refused: what to list, and what to raise."""

    def __init__(
        self,
        origin: Origin,
        phase: Phase,
        error: str,
        hint: str,
        kind: type[PluginError] = PluginLoadError,
    ) -> None:
        super().__init__(error)
        self.origin = origin
        self.kind = kind
        self.problem = PluginProblem(
            name=origin.name,
            distribution=origin.distribution,
            version=origin.version,
            phase=phase,
            error=error,
            hint=hint,
        )

    def public(self) -> PluginError:
        """Make the error that the caller gets."""
        problem = self.problem
        return self.kind(
            f"{self.origin} failed, phase {problem.phase}: {problem.error}. Try: {problem.hint}"
        )


def said(err: BaseException) -> str:
    """Return an exception as one line of text, whatever its own `__str__` does."""
    try:
        text = " ".join(str(err).split())
    except Exception:  # noqa: BLE001 - a `__str__` that fails must not hide the error itself
        text = ""
    return f"{type(err).__name__}: {text}" if text else type(err).__name__


def is_valid_name(name: object) -> bool:
    """Whether a name is lower-case letters, digits, `_` and `-`, a letter first."""
    return isinstance(name, str) and name[:1] in _LETTERS and _NAME_CHARACTERS.issuperset(name)


def origin_of(kind: PluginKind, entry_point: EntryPoint) -> Origin:
    """Return whose an entry point is."""
    return Origin(kind, entry_point.name, entry_point.distribution, entry_point.version)


def remedy(origin: Origin) -> str:
    """Return what to do about a plugin that fails for reasons of its own."""
    if origin.distribution == IN_PROCESS:
        return "correct the plugin; it is registered in process"
    return f"pip install --upgrade {origin.distribution}, or tell its authors"


def import_plugin(entry_point: EntryPoint, origin: Origin, patience: float) -> object:
    """Import what an entry point names; warn when that takes longer than `patience` seconds."""
    target, _, extras = entry_point.value.partition("[")
    module, _, attributes = (part.strip() for part in target.partition(":"))
    names = attributes.split(".") if attributes else []
    if not all(name.isidentifier() for name in (*module.split("."), *names)):
        error = f"entry point {entry_point.value!r} is not 'module:attribute'"
        raise Refusal(origin, Phase.IMPORTED, error, "correct it in the plugin's pyproject.toml")
    try:
        if module in sys.modules:
            plugin: object = importlib.import_module(module)
        else:
            with watching(str(origin), patience):
                plugin = importlib.import_module(module)
        for name in names:
            plugin = getattr(plugin, name)
    except KeyboardInterrupt:
        raise
    except BaseException as err:  # SystemExit too: a plugin may not end the program
        raise Refusal(origin, Phase.IMPORTED, said(err), _hint(err, origin, extras)) from err
    return plugin


def refuse_class(plugin: object, origin: Origin) -> None:
    """Refuse a class where an object is expected: its hooks would lack their `self`."""
    if isinstance(plugin, type):
        hint = f"name an instance of it: {origin.kind} = {plugin.__name__}()"
        raise Refusal(origin, Phase.DESCRIBED, f"{plugin.__name__} is a class", hint)


def card_of(plugin: object, origin: Origin) -> SupplierCard | FrameworkCard:
    """Ask a plugin for its card, before anything of it is registered."""
    hook = f"purveyor_{origin.kind}"
    expected = SupplierCard if origin.kind is PluginKind.SUPPLIER else FrameworkCard
    try:
        ask = getattr(plugin, hook, None)
        card = ask() if callable(ask) else None
    except KeyboardInterrupt:
        raise
    except BaseException as err:
        error = f"{hook}() raised {said(err)}"
        raise Refusal(origin, Phase.DESCRIBED, error, remedy(origin)) from err
    if isinstance(card, expected):
        return card
    error = f"{hook}() returned {type(card).__name__}" if callable(ask) else f"it has no {hook}()"
    hint = f"let {hook}() return a {expected.__name__}, and mark it @hookimpl"
    raise Refusal(origin, Phase.DESCRIBED, error, hint)


def check_api(card: SupplierCard | FrameworkCard, origin: Origin) -> None:
    """Refuse a card of another major, or of a newer minor, than the core's hook specs."""
    from purveyor.hookspecs import API_VERSION

    try:
        major, minor = card.api
        is_newer = (major, minor) > API_VERSION
    except (TypeError, ValueError) as err:
        error = f"card.api is {card.api!r}, expected (major, minor)"
        raise Refusal(origin, Phase.VERSION_CHECKED, error, "api=API_VERSION") from err
    if major == API_VERSION[0] and not is_newer:
        return
    error = (
        f"it was written for hook specs {major}.{minor}, "
        f"this purveyor speaks {API_VERSION[0]}.{API_VERSION[1]}"
    )
    hint = f"pip install --upgrade {'purveyor' if is_newer else origin.distribution}"
    raise Refusal(origin, Phase.VERSION_CHECKED, error, hint, ApiVersionRefused)


def check_card(card: SupplierCard | FrameworkCard, origin: Origin) -> None:
    """Refuse a card whose fields are of the wrong type, or that goes by another name."""
    for fault in _faults(card):
        raise Refusal(origin, Phase.DESCRIBED, fault, "correct the card")
    if not is_valid_name(card.name):
        error = f"card.name is {card.name!r}"
        hint = "lower-case letters, digits, _ and -, a letter first"
        raise Refusal(origin, Phase.DESCRIBED, error, hint)
    aliases = getattr(card, "aliases", ())
    if origin.name != card.name and origin.name not in aliases:
        error = f"its card says {card.name!r}, and {origin.name!r} is none of its aliases"
        hint = f"add {origin.name!r} to card.aliases, or name the entry point {card.name!r}"
        raise Refusal(origin, Phase.DESCRIBED, error, hint)


def _faults(card: SupplierCard | FrameworkCard) -> Iterable[str]:
    """Give the fields that are of another type than in a blank card: a str for a tuple, say."""
    if isinstance(card, SupplierCard):
        blank: Struct = SupplierCard(name="", title="", docs="", base_url="")
    else:
        blank = FrameworkCard(name="", title="", docs="", executable="")
    for field in card.__struct_fields__:
        value, sample = getattr(card, field), getattr(blank, field)
        expected = Mapping if isinstance(sample, dict) else type(sample)
        if not isinstance(value, expected):
            yield f"card.{field} is a {type(value).__name__}, expected {expected.__name__}"


def _hint(err: BaseException, origin: Origin, extras: str) -> str:
    if origin.distribution == IN_PROCESS:
        return remedy(origin)
    wanted = f"'{origin.distribution}[{extras.strip()}'" if extras else origin.distribution
    if isinstance(err, ModuleNotFoundError) and err.name:
        return f"pip install --upgrade {wanted} (it needs the module {err.name!r})"
    if isinstance(err, SyntaxError):
        return f"pip install --upgrade {wanted}, or a newer Python"
    return remedy(origin)

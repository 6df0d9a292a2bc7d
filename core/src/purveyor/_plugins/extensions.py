"""What all extensions are asked together, each by itself: the failure of one touches no other."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from purveyor._plugins.import_watch import PluginWarning
from purveyor._plugins.loaded import ExtensionPlugin
from purveyor._plugins.loading import Hook, Origin, Phase, PluginKind, Refusal, remedy, said
from purveyor._plugins.selection import Selection
from purveyor._plugins.shelf import Shelf
from purveyor.errors import PluginError
from purveyor.types.secret import Secret
from purveyor.types.supplier import SupplierCard

if TYPE_CHECKING:
    from purveyor._transport.base import Transports
    from purveyor.types.calls import Observer


class Extensions:
    """The extensions, loaded at the first question.

    They are asked in the order of their names, the program's own first; `tryfirst` and `trylast`
    of a hook go before that.
    """

    def __init__(self, selection: Selection, patience: float) -> None:
        self.shelf = Shelf[ExtensionPlugin](
            PluginKind.EXTENSION, ExtensionPlugin, selection, patience
        )
        self._selection = selection
        self._listeners: dict[str, tuple[tuple[Origin, Hook], ...]] = {}
        self._warned: set[str] = set()
        self._is_loaded = False
        self._lock = threading.RLock()

    def listeners(self, hook: str) -> tuple[tuple[Origin, Hook], ...]:
        """Give who implements a hook. Where nothing is installed that costs a dict access."""
        known = self._listeners.get(hook)
        if known is None:
            self._load()
            known = self._listeners[hook] = self.shelf.implementations(hook)
        return known

    def changed(self) -> None:
        """Take note that an extension was registered or removed by the program."""
        self._listeners.clear()

    def observers(self, settings: dict[str, Any]) -> tuple[Observer, ...]:
        """Collect the observers of calls."""
        return tuple(self._answers("purveyor_observe", _is_observer, settings))

    def transport(self, scheme: str) -> Transports | None:
        """Give the first answer to who carries requests of this scheme."""
        return next(self._answers("purveyor_transport", _is_transports, scheme), None)

    def credentials(self, card: SupplierCard) -> Secret | None:
        """Give the first key that an extension has for this supplier."""
        return next(self._answers("purveyor_credentials", _is_secret, card), None)

    def add_commands(self, cli: object) -> None:
        """Let every extension add its commands."""
        for _ in self._answers("purveyor_commands", _is_anything, cli):
            pass

    def _answers(
        self, hook: str, is_right: Callable[[object], bool], *arguments: object
    ) -> Iterator[Any]:
        """Ask each listener in turn; one that fails is named in a warning, and passed over."""
        for origin, ask in self.listeners(hook):
            try:
                answer = ask(*arguments)
            except KeyboardInterrupt:
                raise
            except BaseException as err:  # noqa: BLE001 - whatever one raises, the others are asked
                self._report(origin, f"{hook}() raised {said(err)}")
                continue
            if answer is None:
                continue
            if is_right(answer):
                yield answer
            else:
                self._report(origin, f"{hook}() returned {type(answer).__name__}")

    def _load(self) -> None:
        with self._lock:
            if self._is_loaded:
                return
            self._is_loaded = True  # before the imports: an extension may ask while it is imported
            for name in self._selection.names(PluginKind.EXTENSION):
                try:
                    self.shelf.get(name)
                except PluginError as err:
                    self._warn(name, str(err))
            self._listeners.clear()

    def _report(self, origin: Origin, error: str) -> None:
        refusal = Refusal(origin, Phase.DESCRIBED, error, remedy(origin))
        self.shelf.problems[origin.name] = refusal.problem
        self._warn(origin.name, str(refusal.public()))

    def _warn(self, name: str, text: str) -> None:
        if name not in self._warned:
            self._warned.add(name)
            warnings.warn(f"{text}; everything else works", PluginWarning, stacklevel=2)


def _is_observer(answer: object) -> bool:
    return all(callable(getattr(answer, name, None)) for name in ("started", "finished"))


def _is_transports(answer: object) -> bool:
    return all(callable(getattr(answer, name, None)) for name in ("sync", "asynchronous"))


def _is_secret(answer: object) -> bool:
    return isinstance(answer, Secret)


def _is_anything(answer: object) -> bool:
    return True

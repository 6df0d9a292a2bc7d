"""Which entry point a name means: allowed or not, claimed by none, by one or by several."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final, NoReturn

from purveyor._plugins.entry_points import EntryPoint, normalised
from purveyor._plugins.index import Catalogue
from purveyor._plugins.loading import GROUP_OF, PluginKind, is_valid_name
from purveyor.errors import FrameworkNotFound, NameTaken, PluginError, SupplierNotFound

_NOT_FOUND: Final[Mapping[PluginKind, type[PluginError]]] = {
    PluginKind.SUPPLIER: SupplierNotFound,
    PluginKind.FRAMEWORK: FrameworkNotFound,
    PluginKind.EXTENSION: PluginError,
}
_LISTED_NAMES: Final = 20


class Selection:
    """What is installed, seen through the user's settings.

    Args:
        catalogue: what is installed.
        allow: the only entry-point names that count; None allows all.
        deny: names that do not count.
        chosen: the distribution to take for a name that several claim.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        allow: Collection[str] | None,
        deny: Collection[str],
        chosen: Mapping[str, str],
    ) -> None:
        self.catalogue = catalogue
        self._allow = None if allow is None else frozenset(allow)
        self._deny = frozenset(deny)
        self._chosen = {name: normalised(distribution) for name, distribution in chosen.items()}

    def allows(self, name: str) -> bool:
        """Whether the settings let a name count."""
        return name not in self._deny and (self._allow is None or name in self._allow)

    def names(self, kind: PluginKind) -> tuple[str, ...]:
        """Give the allowed entry-point names of a kind, sorted."""
        return tuple(filter(self.allows, self.catalogue.names(GROUP_OF[kind])))

    def claimants(self, kind: PluginKind, name: str) -> tuple[EntryPoint, ...]:
        """Give the entry points a name may mean by the settings; no search for what is new."""
        if not self.allows(name):
            return ()
        return self._choose(name, self.catalogue.rows(GROUP_OF[kind], name))

    def one(self, kind: PluginKind, name: str, registered: Iterable[str] = ()) -> EntryPoint:
        """Give the entry point of a name.

        Raises:
            SupplierNotFound: no entry point of that name is installed, or it is not allowed.
            FrameworkNotFound: the same, of a framework.
            NameTaken: several distributions claim it.
        """
        installed = self.catalogue.search(GROUP_OF[kind], name)
        if installed and not self.allows(name):
            why = "is denied" if name in self._deny else "is not among the allowed plugins"
            raise _NOT_FOUND[kind](
                f"{kind} {name!r} is installed ({_owners(installed)}), but its name {why}. "
                "Try: change allow and deny of [plugins] in purveyor.toml"
            )
        rows = self._choose(name, installed)
        if installed and not rows:
            raise _NOT_FOUND[kind](
                f"no {kind} named {name!r} is installed by {self._chosen[name]!r}, which "
                f"[plugins.choose] names; it is by {_owners(installed)}. Try: change the choice"
            )
        if not rows:
            self._not_found(kind, name, registered)
        if len(rows) > 1:
            raise NameTaken(
                f"{len(rows)} distributions claim the {kind} name {name!r}: {_owners(rows)}. "
                f'Try: [plugins.choose] {name} = "{rows[0].distribution}" in purveyor.toml'
            )
        return rows[0]

    def _choose(self, name: str, rows: tuple[EntryPoint, ...]) -> tuple[EntryPoint, ...]:
        choice = self._chosen.get(name)
        return rows if choice is None else tuple(r for r in rows if r.distribution == choice)

    def _not_found(self, kind: PluginKind, name: str, registered: Iterable[str]) -> NoReturn:
        import difflib

        names = sorted({*self.names(kind), *registered})
        close = difflib.get_close_matches(name.lower(), names, n=1)
        shown = ", ".join(names[:_LISTED_NAMES]) or "none"
        if len(names) > _LISTED_NAMES:
            shown += f" and {len(names) - _LISTED_NAMES} more"
        text = f"no {kind} named {name!r} is installed"
        text += "".join(f"; there is a {other} of that name" for other in self._others(kind, name))
        text += f"; did you mean {close[0]!r}?" if close else ";"
        text += f" installed: {shown}"
        # A name that is none would be a bad thing to paste after `pip install`.
        text += f". Try: pip install purveyor-{name}" if is_valid_name(name) else ""
        raise _NOT_FOUND[kind](text)

    def _others(self, kind: PluginKind, name: str) -> Iterable[PluginKind]:
        return (other for other in PluginKind if other is not kind and name in self.names(other))


def _owners(rows: Iterable[EntryPoint]) -> str:
    return ", ".join(f"{row.distribution} {row.version}".strip() for row in rows)

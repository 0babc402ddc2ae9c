"""Which lesson packs there are here: folders that were added, and packages that bring one along."""

from __future__ import annotations

import importlib.machinery
import importlib.metadata
import importlib.util
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from wslab.i18n import _
from wslab.lab.pack_files import PackError
from wslab.lab.packs import Pack, load_pack
from wslab.lab.state_file import StateError, StateFile

GROUP = "wslab.packs"
"""The group of entry points by which a package names its pack: a package or module in whose folder it is."""

ADDED = "added"
"""Source of a pack that was added by its folder."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """A pack that should be there: it is, or it has a problem."""

    name: str
    """Its name; that of the entry point where it can't be loaded."""
    source: str
    """`ADDED`, or the distribution that brought it, as `acme-lessons 1.2`."""
    folder: Path | None
    pack: Pack | None
    problem: str | None


def installed_packs() -> Iterable[importlib.metadata.EntryPoint]:
    """Return the entry points of every installed pack."""
    return importlib.metadata.entry_points(group=GROUP)


class PackShelf:
    """Every pack there is for a learner. Looking runs nothing of any of them."""

    def __init__(
        self,
        folder: Path,
        installed: Callable[[], Iterable[importlib.metadata.EntryPoint]] = installed_packs,
    ) -> None:
        """Touch nothing yet.

        Args:
            folder: where it is remembered which were added.
            installed: gives the entry points of installed packs.
        """
        self._state = StateFile(folder / "packs.json")
        self._installed = installed

    def packs(self) -> tuple[Shelved, ...]:
        """Return every pack: first those that were added, in that order. The first of a name counts.

        Raises:
            StateError: what was added is kept by a newer wslab, or was changed by hand to something wrong.
            OSError: it can't be read.
        """
        found: list[Shelved] = []
        for one in (*self._added(), *self._brought()):
            first = next((other for other in found if other.name == one.name), None)
            if first is None:
                found.append(one)
            elif first.folder != one.folder:
                problem = _("{folder}: there is a pack {pack} already, in {other}").format(
                    folder=one.folder, pack=one.name, other=first.folder
                )
                found.append(Shelved(one.name, one.source, one.folder, None, problem))
        return tuple(found)

    def pack(self, name: str) -> Pack:
        """Return a pack by its name, or by its folder: `.` and what has a `/` in it are folders.

        Raises:
            PackError: there is none, or it can't be loaded.
            StateError: see `packs`.
            OSError: see `packs`.
        """
        if os.sep in name or name in (os.curdir, os.pardir):
            return load_pack(Path(name))
        known = self.packs()
        for one in known:
            if one.name == name:
                if one.pack is None:
                    raise PackError(one.problem)
                return one.pack
        raise PackError(_no_pack(name, known))

    def add(self, folder: Path) -> Pack:
        """Remember a pack by its folder, and return it. Adding one again changes nothing.

        Raises:
            PackError: it is none, or there is another of its name.
            StateError: see `packs`.
            OSError: see `packs`, or it can't be kept.
        """
        pack = load_pack(folder)
        for one in self.packs():
            if one.name == pack.name and one.folder != pack.folder:
                raise PackError(
                    _("{folder}: there is a pack {pack} already, in {other}").format(
                        folder=pack.folder, pack=pack.name, other=one.folder
                    )
                )

        def change(values: dict[str, object]) -> None:
            known = values.get("folders")
            values["folders"] = {**(known if isinstance(known, dict) else {}), pack.name: str(pack.folder)}

        self._state.change(change)
        return pack

    def remove(self, name: str) -> None:
        """Forget a pack that was added. Its folder and the learner's progress in it stay.

        Raises:
            PackError: there is none of that name, or it was brought by a package.
            StateError: see `packs`.
            OSError: see `packs`, or it can't be kept.
        """
        if name not in self._folders():
            known = self.packs()
            for one in known:
                if one.name == name:
                    raise PackError(
                        _("{pack} was installed with {package}: uninstall that").format(
                            pack=name, package=one.source
                        )
                    )
            raise PackError(_no_pack(name, known))

        def change(values: dict[str, object]) -> None:
            known = values.get("folders")
            if isinstance(known, dict):
                values["folders"] = {key: item for key, item in known.items() if key != name}

        self._state.change(change)

    def _folders(self) -> dict[str, Path]:
        values = self._state.read().get("folders", {})
        if not isinstance(values, dict):
            raise StateError(self._wrong("folders", values))
        for name, folder in values.items():
            if not isinstance(folder, str) or not Path(folder).is_absolute():
                raise StateError(self._wrong(f"folders.{name}", folder))
        return {name: Path(folder) for name, folder in values.items()}

    def _wrong(self, key: str, found: object) -> str:
        return _("{file}: {key} is {found}; it must be the folder of each pack by its name").format(
            file=self._state.file, key=ascii(key)[1:-1], found=ascii(found)[:60]
        )

    def _added(self) -> Iterator[Shelved]:
        for name, folder in self._folders().items():
            try:
                pack = load_pack(folder)
            except PackError as error:
                yield Shelved(name, ADDED, folder, None, str(error))
                continue
            if pack.name == name:
                yield Shelved(name, ADDED, folder, pack, None)
            else:
                problem = _("{folder}: the pack {old} is called {new} now: remove {old}, then add it").format(
                    folder=folder, old=name, new=pack.name
                )
                yield Shelved(name, ADDED, folder, None, problem)

    def _brought(self) -> Iterator[Shelved]:
        for entry in self._installed():
            source = f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
            try:
                folder = _folder_of(entry)
                pack = load_pack(folder)
            except PackError as error:
                yield Shelved(entry.name, source, None, None, f"{source}: {error}")
            else:
                yield Shelved(pack.name, source, pack.folder, pack, None)


def _folder_of(entry: importlib.metadata.EntryPoint) -> Path:
    """Return the folder of the package or module that an entry point names, without importing it.

    Raises:
        PackError: it is not there, or has no folder.
    """
    top, *rest = entry.value.split(".")
    try:
        # Only the first part can be looked up without running the packages above it.
        spec = importlib.util.find_spec(top) if all(map(str.isidentifier, (top, *rest))) else None
    except (ImportError, ValueError):
        spec = None
    for folder in _places(spec):
        inside = folder.joinpath(*rest)
        if inside.is_dir():
            return inside
        if rest and inside.with_suffix(".py").is_file():
            return inside.parent
    raise PackError(
        _("the entry point {name} = {value} leads to no folder; it must name a package or a module").format(
            name=ascii(entry.name), value=ascii(entry.value)
        )
    )


def _places(spec: importlib.machinery.ModuleSpec | None) -> list[Path]:
    if spec is None:
        return []
    if spec.submodule_search_locations is not None:
        return [Path(place) for place in spec.submodule_search_locations]
    return [Path(spec.origin).parent] if spec.has_location and spec.origin else []


def _no_pack(name: str, known: Iterable[Shelved]) -> str:
    names = ", ".join(one.name for one in known)
    if not names:
        return _("there is no pack {pack!r}; add one with `wslab lesson pack add FOLDER`").format(pack=name)
    return _("there is no pack {pack!r}; there are: {packs}").format(pack=name, packs=names)

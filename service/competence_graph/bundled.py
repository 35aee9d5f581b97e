"""Where the data that ship with the package lie: the checkout's folders, else the copies inside the wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

Folder = Literal["ontology", "shapes", "inventories"]

_PACKAGE: Final = Path(__file__).resolve().parent
# service/competence_graph -> service -> the root of the checkout; site-packages' parent in an installed package.
_CHECKOUT: Final = _PACKAGE.parent.parent


def bundled(folder: Folder) -> Path:
    """Return the folder of bundled data.

    The checkout goes first, so that an edited file counts without a new installation.

    Raises:
        FileNotFoundError: If neither is there: the package was built without its data.
    """
    roots = [_CHECKOUT] if (_CHECKOUT / "pyproject.toml").is_file() else []
    for root in (*roots, _PACKAGE / "_bundled"):
        if (root / folder).is_dir():
            return root / folder
    message = f"The folder {folder!r} is missing from the package: install the wheel again, or run from a checkout."
    raise FileNotFoundError(message)

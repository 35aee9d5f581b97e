"""Where the bundled data are found, in a checkout and in an installed package."""

from pathlib import Path

import pytest

from competence_graph import bundled

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("folder", ["ontology", "shapes", "inventories"])
def test_in_a_checkout_its_own_folder_goes_first(folder):
    assert bundled.bundled(folder) == ROOT / folder


def test_away_from_a_checkout_the_copy_in_the_package_is_found(tmp_path, monkeypatch):
    package = tmp_path / "site-packages" / "competence_graph"
    (package / "_bundled" / "ontology").mkdir(parents=True)
    # A folder of that name that happens to lie where a checkout would have it is not ours.
    (tmp_path / "ontology").mkdir()
    monkeypatch.setattr(bundled, "_PACKAGE", package)
    monkeypatch.setattr(bundled, "_CHECKOUT", tmp_path)

    assert bundled.bundled("ontology") == package / "_bundled" / "ontology"


def test_a_package_built_without_its_data_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(bundled, "_PACKAGE", tmp_path)
    monkeypatch.setattr(bundled, "_CHECKOUT", tmp_path)

    with pytest.raises(FileNotFoundError, match="install the wheel again"):
        bundled.bundled("shapes")

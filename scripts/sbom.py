"""The bill of materials: every pinned package, Python and front end, as CycloneDX 1.6.

Usage: python -m scripts.sbom [FILE]     writes it to FILE, dist/bluelamp-VERSION.cdx.json by default

What is delivered or needed to run has the scope `required`; what only builds and tests has `excluded`. Versions are
those of requirements.txt and frontend/package-lock.json, licences those that the packages say. The same files give the
same bytes. Nothing is fetched.
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from urllib.parse import quote

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.project import ROOT, npm_packages, pins, pyproject, version

# A module that the pages import for more than its types: `import x from 'y'`, `import 'y/z.css'`, `import('y')`.
_IMPORT = re.compile(r"""^\s*(?:import|export)\s+(?!type\b)(?:[^'"]*?from\s+)?['"]([^'".][^'"]*)['"]""", re.MULTILINE)
_CALLED = re.compile(r"""\bimport\(\s*['"]([^'".][^'"]*)['"]""")
# A file of a package that is read as data, or as a font.
_RESOURCE = re.compile(r"""\b(?:resolve|url)\(\s*['"]?([a-z@][^'")]*)""")
# Licences that packages name in words, by the classifier that they have.
_CLASSIFIED = {
    "Apache Software License": "Apache-2.0",
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0",
}


def bill(root: Path = ROOT) -> dict[str, Any]:
    """The bill as plain values."""
    name, ours = pyproject(root)["project"]["name"], version(root)
    python, python_needs = _python(root)
    front, front_needs = _front(root)
    purl = f"pkg:pypi/{name}@{ours}"
    components = sorted([*python, *front], key=lambda component: component["bom-ref"])
    needs = {purl: sorted(_direct(root, components)), **python_needs, **front_needs}
    body = {
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": purl,
                "name": name,
                "version": ours,
                "description": pyproject(root)["project"]["description"],
                "licenses": [{"expression": pyproject(root)["project"]["license"]}],
                "purl": purl,
            }
        },
        "components": components,
        "dependencies": [{"ref": ref, "dependsOn": sorted(set(needed))} for ref, needed in sorted(needs.items())],
    }
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(body, sort_keys=True))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        **body,
    }


def _component(purl: str, name: str, pinned: str, licence: str | None, *, required: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"type": "library", "bom-ref": purl, "name": name, "version": pinned}
    told["scope"] = "required" if required else "excluded"
    if licence:
        try:
            told["licenses"] = [{"expression": canonicalize_license_expression(licence)}]
        except InvalidLicenseExpression:
            told["licenses"] = [{"license": {"name": licence[:120]}}]
    return {**told, "purl": purl}


# -- Python ------------------------------------------------------------------------------------------------------------


def _python(root: Path) -> tuple[list[dict[str, Any]], dict[str, list[str]]]:
    """The components of requirements.txt, and what each needs."""
    pinned: dict[str, list[str]] = {}
    for name, number, _ in pins(root):
        pinned.setdefault(canonicalize_name(name), []).append(number)
    refs = {name: [f"pkg:pypi/{name}@{number}" for number in numbers] for name, numbers in pinned.items()}
    delivered = _closure(_names(pyproject(root)["project"]["dependencies"]), _needed)
    components = [
        _component(ref, name, ref.rpartition("@")[2], _licence(name), required=name in delivered)
        for name, several in refs.items()
        for ref in several
    ]
    needs = {
        ref: [other for needed in _needed(name) for other in refs.get(needed, ())]
        for name, several in refs.items()
        for ref in several
    }
    return components, needs


def _names(requirements: Iterable[str]) -> list[str]:
    """The packages, an extra as `name[extra]`: what an extra needs is needed as well."""
    found = []
    for text in requirements:
        requirement = Requirement(text)
        name = canonicalize_name(requirement.name)
        found += [name, *(f"{name}[{extra}]" for extra in requirement.extras)]
    return found


def _needed(name: str) -> list[str]:
    """What an installed package needs, on any machine."""
    plain, _, extra = name.rstrip("]").partition("[")
    try:
        requirements = distribution(plain).requires or []
    except PackageNotFoundError:
        return []
    return _names(text for text in requirements if _extra_of(text) == extra)


def _extra_of(text: str) -> str:
    match = re.search(r"""\bextra\s*==\s*['"]([^'"]+)['"]""", text)
    return match[1] if match else ""


def _licence(name: str) -> str | None:
    try:
        metadata = distribution(name).metadata
    except PackageNotFoundError:
        return None
    if "License-Expression" in metadata:
        return metadata["License-Expression"]
    for line in metadata.get_all("Classifier") or ():
        if line.startswith("License ::") and line.rpartition(" :: ")[2] in _CLASSIFIED:
            return _CLASSIFIED[line.rpartition(" :: ")[2]]
    return metadata["License"].strip().partition("\n")[0] or None if "License" in metadata else None


# -- the front end -----------------------------------------------------------------------------------------------------


def _front(root: Path) -> tuple[list[dict[str, Any]], dict[str, list[str]]]:
    """The components of package-lock.json, and what each needs."""
    packages = npm_packages(root)
    first: dict[str, str] = {}  # the outermost folder of each name
    for folder in sorted(packages, key=len):
        first.setdefault(_npm_name(folder), folder)

    def needed(folder: str) -> list[str]:
        return [
            where for name in packages[folder].get("dependencies", ()) if (where := _inside(packages, folder, name))
        ]

    delivered = _closure([first[name] for name in imported(root) if name in first], needed)
    refs = {folder: _npm_purl(folder, package) for folder, package in packages.items()}
    shipped = {refs[folder] for folder in delivered}
    components = {
        ref: _component(
            ref,
            _npm_name(folder),
            packages[folder]["version"],
            packages[folder].get("license"),
            required=ref in shipped,
        )
        for folder, ref in refs.items()
    }
    needs: dict[str, list[str]] = {}
    for folder, ref in refs.items():
        needs.setdefault(ref, []).extend(refs[where] for where in needed(folder))
    return list(components.values()), needs


def imported(root: Path) -> set[str]:
    """The packages whose code or data goes into the pages."""
    found: set[str] = set()
    for path in sorted((root / "frontend" / "src").rglob("*")):
        if path.suffix in (".ts", ".svelte", ".css") and not path.name.endswith((".d.ts", ".test.ts")):
            text = path.read_text(encoding="utf-8")
            names = [*_IMPORT.findall(text), *_CALLED.findall(text), *_RESOURCE.findall(text)]
            found |= {_package(name) for name in names}
    for path in sorted((root / "frontend" / "scripts").glob("*.mjs")):
        found |= {_package(name) for name in _RESOURCE.findall(path.read_text(encoding="utf-8"))}
    return found


def _package(specifier: str) -> str:
    """`@scope/name` or `name` of what is imported."""
    parts = specifier.split("/")
    return "/".join(parts[: 2 if specifier.startswith("@") else 1])


def _npm_name(folder: str) -> str:
    return folder.rpartition("node_modules/")[2]


def _npm_purl(folder: str, package: dict[str, Any]) -> str:
    return f"pkg:npm/{quote(_npm_name(folder), safe='/')}@{package['version']}"


def _inside(packages: dict[str, Any], folder: str, name: str) -> str | None:
    """The folder that a package finds another in: its own node_modules, or one further out."""
    while True:
        where = f"{folder}/node_modules/{name}" if folder else f"node_modules/{name}"
        if where in packages:
            return where
        if not folder:
            return None
        folder = folder.rpartition("/node_modules/")[0] if "/node_modules/" in folder else ""


def _closure(first: Iterable[str], needed: Callable[[str], list[str]]) -> set[str]:
    """Everything that can be reached."""
    found: set[str] = set()
    waiting = list(first)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += needed(name)
    return found


def _direct(root: Path, components: list[dict[str, Any]]) -> set[str]:
    """What the package itself needs, and what its pages are made of."""
    names = {name for name in _names(pyproject(root)["project"]["dependencies"]) if "[" not in name}
    front = imported(root)
    return {
        component["bom-ref"]
        for component in components
        if component["name"] in (front if component["bom-ref"].startswith("pkg:npm/") else names)
        and component["scope"] == "required"
    }


def write(path: Path, root: Path = ROOT) -> Path:
    """Write the bill to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(bill(root), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def main(words: list[str]) -> int:
    path = Path(words[0]) if words else ROOT / "dist" / f"bluelamp-{version()}.cdx.json"
    components = json.loads(write(path).read_text(encoding="utf-8"))["components"]
    delivered = sum(component["scope"] == "required" for component in components)
    print(f"{path}: {len(components)} packages, {delivered} of them delivered or needed to run.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

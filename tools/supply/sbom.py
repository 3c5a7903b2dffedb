"""Writes the bill of materials of the portal as CycloneDX JSON: `make sbom`.

It names what requirements.lock.txt installs: version, package URL, the sha256 of every published file, and, as far as
the packages of this environment say it, licence and what needs what. No host stands in it, and no moment: the same
lock makes the same file.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from uuid import NAMESPACE_OID, UUID, uuid5

from cyclonedx.model import Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.contact import OrganizationalEntity
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.supply.locks import ROOT, RUNTIME, Locked, read_lock

_LONGEST_LICENCE = 60  # characters: some packages put the whole text there


def make_bom(lock: Iterable[Locked], installed: Iterable[Distribution]) -> Bom:
    """Make the bill of what is locked. `installed` tells licences and dependencies; it may lack some."""
    known: dict[str, Distribution] = {canonicalize_name(each.metadata["Name"]): each for each in installed}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = list(lock)
    components = {line.name: _component(line, known.get(line.name)) for line in lines}
    portal = Component(
        name=project["name"],
        version=project["version"],
        type=ComponentType.APPLICATION,
        bom_ref=project["name"],
        licenses=[LicenseExpression(project["license"])],
    )
    bom = Bom(
        serial_number=_serial(lines),
        components=components.values(),
        metadata=BomMetaData(component=portal, manufacturer=OrganizationalEntity(name=project["name"])),
    )
    bom.metadata.timestamp = None  # type: ignore[assignment] # it may be left out, says the standard
    direct = [canonicalize_name(Requirement(each).name) for each in project["dependencies"]]
    bom.register_dependency(portal, [components[name] for name in direct])
    for name, component in components.items():
        needed = _needs(known[name]) if name in known else ()
        bom.register_dependency(component, [components[each] for each in needed if each in components])
    return bom


def _serial(lock: Iterable[Locked]) -> UUID:
    """Return a number of the bill that is the same for the same lock."""
    return uuid5(NAMESPACE_OID, "\n".join(f"{each.requirement} {' '.join(each.hashes)}" for each in lock))


def _component(line: Locked, told: Distribution | None) -> Component:
    purl = PackageURL("pypi", name=line.name, version=line.version)
    marker = [Property(name="gongshi:marker", value=str(line.requirement.marker))] if line.requirement.marker else []
    return Component(
        name=line.name,
        version=line.version,
        type=ComponentType.LIBRARY,
        bom_ref=str(purl),
        purl=purl,
        licenses=list(_licences(told)) if told else (),
        # A hash of the component would be one; there is one for each published file.
        properties=[*marker, *(Property(name="gongshi:file:sha256", value=each) for each in line.hashes)],
    )


def _licences(told: Distribution) -> Iterator[LicenseExpression | DisjunctiveLicense]:
    """Yield the licence a package states: its expression (PEP 639), or its short words, or its classifiers."""
    for expression in told.metadata.get_all("License-Expression") or ():
        yield LicenseExpression(expression)
        return
    [words] = told.metadata.get_all("License") or [""]
    if words and len(words) <= _LONGEST_LICENCE and "\n" not in words:
        yield DisjunctiveLicense(name=words)
        return
    for classifier in told.metadata.get_all("Classifier") or ():
        if classifier.startswith("License :: "):
            yield DisjunctiveLicense(name=classifier.rpartition(" :: ")[2])


def _needs(told: Distribution) -> list[str]:
    found = [Requirement(each) for each in told.requires or ()]
    return sorted({canonicalize_name(each.name) for each in found if not each.marker or each.marker.evaluate()})


def main(site_packages: str, target: Path) -> None:
    """Write the bill for the environment with these packages. Raises SystemExit where the standard refuses it."""
    from cyclonedx.validation.json import JsonStrictValidator  # it builds a grammar for a second, which only this needs

    bom = make_bom(read_lock(ROOT / RUNTIME.name), distributions(path=[site_packages]))
    text = JsonV1Dot6(bom).output_as_string(indent=2)
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if fault is not None:
        sys.exit(f"no sound CycloneDX: {fault}")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text + "\n", encoding="utf-8")
    print(f"{target}: {len(bom.components)} components")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

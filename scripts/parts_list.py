"""What an installation consists of, in CycloneDX: each package of requirements.txt with its version and the hashes of its
files, for whoever has to know at once whether a reported weakness concerns them.
"""

import re
from pathlib import Path

from cyclonedx.contrib.hash.factories import HashTypeFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

TOP = Path(__file__).resolve().parents[1]
LOCK = TOP / "requirements.txt"
WRITTEN = TOP / "var" / "parts.cdx.json"
_PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)", re.MULTILINE)
_HASH = re.compile(r"--hash=(sha256:[0-9a-f]{64})")


def write(lock: Path = LOCK, to: Path = WRITTEN) -> int:
    """Writes the list; answers how many packages stand in it."""
    found = components(lock.read_text(encoding="utf-8"))
    product = Component(name="dianliang", type=ComponentType.APPLICATION)
    bom = Bom(components=found)
    bom.metadata.component = product
    bom.register_dependency(product, found)
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(JsonV1Dot6(bom).output_as_string(indent=2), encoding="utf-8")
    return len(found)


def components(lock: str) -> list[Component]:
    """Each package of a locked file. What comes with one platform alone stands there as well."""
    starts = [*_PINNED.finditer(lock)]
    ends = [one.start() for one in starts[1:]] + [len(lock)]
    return [_component(one, lock[one.end() : end]) for one, end in zip(starts, ends, strict=True)]


def _component(pinned: re.Match[str], rest: str) -> Component:
    name, version = re.sub(r"[-_.]+", "-", pinned["name"]).lower(), pinned["version"]
    purl = PackageURL("pypi", None, name, version)
    hashes = [HashTypeFactory().from_composite_str(one) for one in _HASH.findall(rest)]
    return Component(
        name=name, version=version, type=ComponentType.LIBRARY, purl=purl, bom_ref=str(purl), hashes=hashes
    )

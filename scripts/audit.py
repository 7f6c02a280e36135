"""Known weaknesses: bandit reads our own code, pip-audit asks which installed packages have been reported. Beside them a
list of what an installation consists of, in CycloneDX.

`code`, `packages` and `list` name one of the three; all without. `list` writes var/parts.cdx.json, what an installation
consists of. Where the service of known vulnerabilities cannot be
reached, nothing was audited, and that is a failure: pip-audit alone would say that it found nothing.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from scripts import parts_list

CODE = ("backend", "scripts")


def main(asked: list[str]) -> int:
    steps = {"code": code, "packages": packages, "list": parts}
    if unknown := set(asked) - steps.keys():
        print(f"scripts/audit [code] [packages] [list], not {' '.join(sorted(unknown))}")
        return 2
    problems = [problem for name in asked or steps for problem in steps[name]()]
    print("\n".join(problems) if problems else "Nothing was found.")
    return int(bool(problems))


def code() -> list[str]:
    """What bandit finds in our code, but for what somebody has judged beside the line."""
    command = [sys.executable, "-m", "bandit", "-q", "-r", *CODE, "-c", "pyproject.toml", "-f", "json", "-ll"]
    told = subprocess.run(command, capture_output=True, text=True)
    if told.returncode not in (0, 1):
        return [f"bandit could not run: {told.stderr[-500:]}"]
    found = json.loads(told.stdout)
    unread = [f"{one['filename']}: {one['reason']}" for one in found["errors"]]
    return unread + [_sentence(one) for one in found["results"] if not judged(one)]


def judged(finding: dict[str, Any]) -> bool:
    """Ruff has the same rules under S instead of B: what was said to it once, with a reason, counts here."""
    lines = Path(finding["filename"]).read_text(encoding="utf-8").splitlines()
    first, last = finding["line_range"][0], finding["line_range"][-1]
    rule = finding["test_id"].replace("B", "S", 1)
    said = re.compile(rf"# noqa: [^-]*\b{rule}\b")
    return any(said.search(line) for line in lines[first - 1 : last])


def _sentence(finding: dict[str, Any]) -> str:
    where = f"{finding['filename']}:{finding['line_number']}"
    return f"{where}: {finding['test_id']} {finding['issue_text']}"


def packages() -> list[str]:
    """Reported vulnerabilities of what is installed, and every package that could not be looked up."""
    command = [sys.executable, "-m", "pip_audit", "--local", "--format", "json", "--progress-spinner", "off"]
    told = subprocess.run(command, capture_output=True, text=True)
    try:
        known = json.loads(told.stdout)["dependencies"]
    except (ValueError, KeyError):
        return [f"Not audited: the service cannot be reached, or pip-audit failed: {told.stderr[-500:]}"]
    return audited(known)


def parts() -> list[str]:
    """Writes the list, and says where it is; a list of nothing is a failure."""
    count = parts_list.write()
    print(f"{count} packages listed in {parts_list.WRITTEN}")
    return [] if count else ["Not listed: there is no package in requirements.txt"]


def audited(known: list[dict[str, Any]]) -> list[str]:
    skipped = [one["name"] for one in known if "skip_reason" in one]
    if skipped or not known:
        return [
            f"Not audited: {len(skipped)} of {len(known)} packages could not be looked up, {skipped[:3]} among"
            " them. Is the service of known vulnerabilities reached from here?"
        ]
    return [
        f"{one['name']} {one['version']}: {found['id']}, mended in {found['fix_versions'] or 'no version yet'}"
        for one in known
        for found in one["vulns"]
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

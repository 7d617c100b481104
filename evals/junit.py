"""Gates as JUnit XML, as CI servers read it: a gate is a test, its reason and the samples against it are the failure."""

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from evals.gating import Held
from evals.runs import Run

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, however it is written."""
SHOWN = 20
"""Samples named in a failure."""


def write_junit(path: Path, run: Run, held: Sequence[Held]) -> None:
    """One suite with the run's name."""
    failures = sum(not one.holds for one in held) + len(run.failed)
    suite = ET.Element(
        "testsuite", name=run.name, tests=str(len(held) + len(run.failed)), failures=str(failures), time=f"{run.seconds:.1f}"
    )
    for one in held:
        test = ET.SubElement(suite, "testcase", classname="gate", name=title(one))
        if not one.holds:
            told = _plain("\n".join([one.found, f"Why: {one.gate.because}", *one.samples[:SHOWN]]))
            ET.SubElement(test, "failure", message=one.found).text = told
    for reason in run.failed:
        test = ET.SubElement(suite, "testcase", classname="task", name=_plain(reason.split(":")[0]))
        ET.SubElement(test, "failure", message=_plain(reason)).text = _plain(reason)
    path.parent.mkdir(parents=True, exist_ok=True)
    ET.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


def _plain(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def title(held: Held) -> str:
    """A gate in a few words: `re-asked ≤ 0`."""
    gate = held.gate
    bounds = [
        f"≥ {gate.least:g}" if gate.least is not None else "",
        f"≤ {gate.most:g}" if gate.most is not None else "",
        f"no worse by {gate.no_worse_by:g}" if gate.no_worse_by is not None else "",
    ]
    only = ", ".join(f"{name} {value}" for name, value in gate.only.items())
    return " ".join(part for part in (gate.metric, f"({only})" if only else "", *bounds) if part)

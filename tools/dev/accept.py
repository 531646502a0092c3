"""The evidence table: which test shows which requirement, and the result of its last run.

A test names its rows in a comment directly above it: `// @spec:R2-CB-03 R2-CB-04`. In Python and
shell a tag anywhere in the file counts for the file, and above a test method it names the method.

A header names the part of the specification that it implements in its first comment:
`/// @spec:NFR-RELIABILITY-002`. Such a tag needs no test and is no evidence.
"""
import csv
import dataclasses
import re
import sys

from dev import build, paths, report, suite
from rules import evidence as evidence_table

REQUIREMENTS = paths.ROOT / "docs" / "requirements.csv"
MATRIX = paths.ROOT / "docs" / "TRACEABILITY_MATRIX.md"
README = paths.ROOT / "README.md"
TAG = re.compile(r"@spec:(.*)")
ID = re.compile(r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$")
TEST = re.compile(
    r"\s*(?:TEST|TEST_F|TEST_P|TYPED_TEST|TYPED_TEST_P|RC_GTEST_PROP|RC_GTEST_FIXTURE_PROP)"
    r"\s*\(\s*(\w+)\s*,\s*(\w+)")
METHOD = re.compile(r"\s+def (test_\w+)\(")
PARTS = [f"NFR-RELIABILITY-00{number}" for number in range(1, 5)]
FOLDERS = ("src", "sim", "tests", "tools")


@dataclasses.dataclass
class Row:
    id: str
    title: str
    why_not: str
    evidence: list = dataclasses.field(default_factory=list)
    result: str = "not yet"


@dataclasses.dataclass(frozen=True)
class Evidence:
    name: str      # Suite.Case, or the script's name.
    pattern: str   # Regular expression for ctest's names.
    file: str


def read_requirements(file=REQUIREMENTS):
    with open(file, newline="", encoding="utf-8") as lines:
        rows = [Row(line["id"], line["title"], line["not_verifiable_here"] or "")
                for line in csv.DictReader(lines)]
    seen = set()
    for row in rows:
        if row.id in seen:
            raise ValueError(f"{file.name}: {row.id} is listed twice")
        seen.add(row.id)
    return {row.id: row for row in rows}


def ids_of(comment):
    """The ids after the tags of one comment line, up to the first word that is no id."""
    found = []
    for word in re.split(r"[\s,\"']+", comment.replace("@spec:", " ").strip()):
        if not ID.match(word):
            break
        found.append(word)
    return found


def scan_cpp(name, lines):
    """(ids, evidence or None, line) for each tag; None where no test follows."""
    for number, line in enumerate(lines):
        tag = TAG.search(line)
        if not tag or not line.strip().startswith("//"):
            continue
        below = number + 1
        while below < len(lines) and lines[below].strip().startswith("//"):
            below += 1
        test = TEST.match("\n".join(lines[below:below + 3]))
        evidence = None
        if test:
            pattern = rf"(^|/){test[1]}([/<][^.]*)?\.{test[2]}(/|$)"
            evidence = Evidence(f"{test[1]}.{test[2]}", pattern, name)
        yield ids_of(tag[1]), evidence, number + 1


def scan_script(name, lines):
    """As scan_cpp, but a tag may be anywhere: all tests of a script are one test of ctest."""
    stem = name.split("/")[-1].rsplit(".", 1)[0]
    for number, line in enumerate(lines):
        tag = TAG.search(line)
        if not tag:
            continue
        below = number
        while below < len(lines) and lines[below].strip().startswith("#"):
            below += 1
        method = METHOD.match(lines[below]) if number < below < len(lines) else None
        label = f"{stem}.{method[1]}" if method else stem
        yield ids_of(tag[1]), Evidence(label, rf"(^|[./]){stem}($|[./])", name), number + 1


def scan(root=paths.ROOT):
    """All tags of the tree as (ids, evidence, file, line)."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            name = str(path.relative_to(root))
            if path.suffix in (".cpp", ".hpp"):
                found = scan_cpp
            elif path.suffix == ".sh" or path.name.endswith("_test.py") or (
                    path.suffix == ".py" and folder == "tests"):
                found = scan_script
            else:
                continue
            lines = path.read_text(errors="replace").splitlines()
            for ids, evidence, number in found(name, lines):
                yield ids, evidence, name, number


def is_part(ids, file):
    """Does the tag name the parts of the specification that a header implements?"""
    return bool(ids) and set(ids) <= set(PARTS) and file.endswith(".hpp")


def parts_without_module(tags):
    """The parts of the specification that no header names."""
    named = {one for ids, _, file, _ in tags if is_part(ids, file) for one in ids}
    return [part for part in PARTS if part not in named]


def collect(rows, tags):
    """Adds each tag's evidence to its rows; returns the errors of the tags."""
    errors = []
    for ids, evidence, file, number in tags:
        if is_part(ids, file) and evidence is None:
            continue
        if not ids:
            errors.append(f"{file}:{number}: a tag without an id")
        if evidence is None:
            errors.append(f"{file}:{number}: no test directly below the tag")
            continue
        for one in ids:
            if one not in rows:
                errors.append(f"{file}:{number}: no row {one} in docs/{REQUIREMENTS.name}")
            elif evidence not in rows[one].evidence:
                rows[one].evidence.append(evidence)
    return errors


def last_results():
    """Outcomes of each test name; a newer file of the same preset replaces an older one."""
    results = {}
    for preset in paths.PRESETS:
        folder = paths.build_dir(preset)
        files = sorted(folder.glob("test-results*.xml"), key=lambda file: file.stat().st_mtime)
        for file in files:
            for name, outcome in suite.read_results(file).items():
                results.setdefault(name, {})[preset] = outcome
    return results


def result_of(row, results):
    """pass when every test of the row passed, fail when one failed, otherwise not run."""
    if not row.evidence:
        return f"not verifiable here: {row.why_not}" if row.why_not else "not yet"
    outcomes = []
    for evidence in row.evidence:
        matching = {outcome for name, by_preset in results.items()
                    if re.search(evidence.pattern, name) for outcome in by_preset.values()}
        outcomes.append("fail" if "fail" in matching else
                        "pass" if "pass" in matching else "not run")
    for worst in ("fail", "not run"):
        if worst in outcomes:
            return worst
    return "pass"


def run_tests_of(rows):
    """Builds both presets and runs the tests of `rows` in them."""
    pattern = "|".join(sorted({e.pattern for row in rows for e in row.evidence}))
    if not pattern:
        return
    for preset, label in (("dev", "-LE"), ("release", "-L")):
        build.build(preset)
        suite.run(preset, ["-R", pattern, label, suite.RELEASE_LABELS],
                  results="test-results-accept.xml", none_is_error=False)


def matrix(rows):
    lines = [
        "# Traceability", "",
        "Written by `./dev accept`; do not edit. One line for each requirement and invariant: the",
        "tests that show it and how they ended when they last ran on the machine that wrote this.",
        "", "| id | what must hold | evidence | last result |", "| --- | --- | --- | --- |"]
    for row in rows.values():
        evidence = "<br>".join(f"`{e.name}`" for e in row.evidence) or "-"
        lines.append(f"| {row.id} | {row.title} | {evidence} | {row.result} |")
    return "\n".join(lines) + "\n"


def write_pages(rows, page=MATRIX, readme=README):
    """Writes the matrix, and into README how much of it is shown."""
    text = matrix(rows)
    page.write_text(text, encoding="utf-8")
    readme.write_text(evidence_table.put_into(readme.read_text("utf-8"), text), encoding="utf-8")


def accept(options):
    rows = read_requirements()
    tags = list(scan())
    errors = collect(rows, tags)
    errors += [f"no header names the part {part}" for part in parts_without_module(tags)]
    wanted = [one.upper() for one in options.ids]
    errors += [f"no row {one} in docs/{REQUIREMENTS.name}" for one in wanted if one not in rows]
    for error in errors:
        print(error, file=sys.stderr)
    if errors:
        return report.write(options.json, "accept", errors)
    selected = [rows[one] for one in wanted]
    try:
        run_tests_of(selected)
    except build.BuildFailed as error:
        print(error, file=sys.stderr)
        return report.write(options.json, "accept", [str(error)])
    results = last_results()
    for row in rows.values():
        row.result = result_of(row, results)
    for row in selected or rows.values():
        evidence = ", ".join(e.name for e in row.evidence) or "-"
        print(f"{row.id:15} {row.result[:30]:30} {row.title[:50]:50} {evidence}")
    write_pages(rows)
    counts = {name: sum(row.result == name for row in rows.values())
              for name in ("pass", "fail", "not run", "not yet")}
    print(f"\n{len(rows)} rows: " + ", ".join(f"{n} {name}" for name, n in counts.items())
          + f", {len(rows) - sum(counts.values())} not verifiable here")
    failures = [row.id for row in rows.values() if row.result == "fail"]
    failures += [row.id for row in selected if row.result in ("not run", "not yet")]
    figures = {f"rows_{name.replace(' ', '_')}": report.figure(n, "rows")
               for name, n in counts.items()}
    return report.write(options.json, "accept", failures, figures)

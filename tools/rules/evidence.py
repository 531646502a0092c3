"""The table of README that says how much is shown: counted from the matrix of requirements."""
import re

BEGIN, END = "<!-- evidence: begin -->", "<!-- evidence: end -->"
MATRIX = "docs/TRACEABILITY_MATRIX.md"
ROW = re.compile(r"\| ([A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*) \| .* \| ([^|]+) \|")
# What the ids of each area begin with, in the order of the table.
AREAS = (
    ("invariants of trading", r"I\d"),
    ("orders, integrity and recovery in detail", r"X-"),
    ("goals and figures of success", r"R0-"),
    ("health, availability, maintenance", r"R1-"),
    ("errors, retries, time-outs, breakers, shutdown", r"R2-"),
    ("transactions, idempotency, backups", r"R3-"),
    ("failures, repair, incidents, notices", r"R4-"),
    ("metrics, alerts, logs, interfaces", r"(RM|RI)-"),
    ("performance, security, scale", r"RN-"),
    ("test cases, documents, rollout, risks", r"(TC|RT|RD|RP|RQ|RK|RC|RIMP|RCHK)-"),
)


def area_of(requirement):
    found = [name for name, begins in AREAS if re.match(begins, requirement)]
    if len(found) != 1:
        raise ValueError(f"{requirement}: areas of tools/rules/evidence.py that fit: {found}")
    return found[0]


def table(matrix):
    """The lines of the table for the text of the matrix."""
    counts = {name: [0, 0, 0] for name, _ in AREAS}
    for line in matrix.splitlines():
        if row := ROW.fullmatch(line):
            count = counts[area_of(row[1])]
            count[0] += row[2] == "pass"
            count[1] += row[2].startswith("not verifiable here")
            count[2] += 1
    lines = ["| area | requirements | shown by passing tests | not verifiable by tests |",
             "| --- | --- | --- | --- |"]
    lines += [f"| {name} | {total} | {shown} | {other} |"
              for name, (shown, other, total) in counts.items()]
    return lines


def put_into(readme, matrix):
    """The README with the table of this matrix."""
    before, rest = readme.split(BEGIN + "\n", 1)
    after = rest.split(END, 1)[1]
    return "\n".join([before + BEGIN, *table(matrix), END]) + after


def breaches(root):
    readme, matrix = root / "README.md", root / MATRIX
    if not readme.is_file() or not matrix.is_file():
        return
    text = readme.read_text()
    if BEGIN not in text or END not in text:
        yield "README.md", 1, f"the table of evidence is missing: {BEGIN} and {END}"
        return
    shown = text.split(BEGIN + "\n", 1)[1].split("\n" + END, 1)[0].splitlines()
    number = text.split(BEGIN, 1)[0].count("\n") + 2
    for offset, (has, wants) in enumerate(zip(shown, table(matrix.read_text()))):
        if has != wants:
            yield "README.md", number + offset, f"{MATRIX} says: {wants}; ./dev accept writes it"
            return
    if len(shown) != len(AREAS) + 2:
        yield "README.md", number, "the table of evidence has another number of lines"

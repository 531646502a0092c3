"""./dev errors: every value that an error can have, and the tests that assert it.

An error value is an enumerator of an enumeration whose name (or whose enclosing type's name) ends
in Error, ErrorKind, Failure, Reason or Refusal, a result that is listed in RESULTS, or a code that
the HTTP API puts into an error body. A test covers it when one of its assertions names it; a test
that covers it in another way says so in a comment directly above:
`// @error:RefusalReason::PriceStale`.
"""
import dataclasses
import re

from dev import paths, report

ERROR_NAME = re.compile(r"(Error|ErrorKind|Failure|Reason|Refusal)$")
RESULTS = {"CommitResult"}
TABLES = {"src/protocol/error_codes.cpp", "src/adapters/store_observed/observed_store.cpp",
          "src/api/api_schemas.cpp", "src/apps/botctl/daemon_client.cpp"}
# They name every reason and return none.
REASON_TABLES = {"src/model/reason.cpp", "src/protocol/reply_status.cpp"}
NO_ERROR = re.compile(r"Reason::None$|CommitResult::Committed$")
ENUM = re.compile(r"\benum class (\w+)[^{;]*\{([^}]*)\}")
TYPE = re.compile(r"\b(?:struct|class) (\w+)[^;{]*\{")
ENUMERATOR = re.compile(r"^\s*(\w+)\b", re.M)
CODE = re.compile(r'"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|UNAUTHORIZED|FORBIDDEN|TIMEOUT|OVERLOADED)"')
# Where the API's codes occur: their table, an error's literal, a refusal, a call of `fail`.
TABLE_ROW = re.compile(r'^\s*\{"([A-Z_]+)",', re.M)
CODE_CONTEXTS = re.compile(
    r"(?:\bfail\(|\bErrorResponse k\w+\{|\.code = |\bRequestError\{|\brefusal\()[^;]*", re.S)
QUALIFIED = re.compile(r"\b\w+::\w+(?!::)\b")
WORD = re.compile(r'(?<!:)\b[A-Z][A-Z0-9_]+\b')
USE = re.compile(r"(?<!case )(?<!case model::)\b\w+::\w+(?!::)\b")
TEST = re.compile(r"^\s*(?:TEST|TEST_F|TEST_P|TYPED_TEST|TYPED_TEST_P|RC_GTEST_PROP|"
                  r"RC_GTEST_FIXTURE_PROP)\s*\(\s*(\w+)\s*,\s*(\w+)", re.M)
ASSERTION = re.compile(r"\b(?:EXPECT|ASSERT|RC_ASSERT)\w*\s*\((?:[^;]|;(?!\s*\n))*;")
TAG = re.compile(r"@error:([\w:, ]+)")
COMMENT = re.compile(r"//[^\n]*")


@dataclasses.dataclass
class Value:
    name: str   # RefusalReason::PriceStale, or the API's PRICE_STALE.
    file: str
    tests: list = dataclasses.field(default_factory=list)
    returned: bool = False  # Does a source use it outside a table or a switch?


def snake(name):
    """PriceStale as the API writes it: PRICE_STALE."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper()


def enclosing_type(source, position):
    """The type whose braces are open at `position`, or an empty text."""
    for found in reversed(list(TYPE.finditer(source, 0, position))):
        inside = source[found.end():position]
        if inside.count("{") >= inside.count("}"):
            return found[1]
    return ""


def enumerators(text):
    source = COMMENT.sub("", text)
    for found in ENUM.finditer(source):
        outer = enclosing_type(source, found.start())
        if not (ERROR_NAME.search(found[1]) or ERROR_NAME.search(outer) or found[1] in RESULTS):
            continue
        prefix = found[1] if ERROR_NAME.search(found[1]) or not outer else f"{outer}::{found[1]}"
        for part in found[2].split(","):
            name = ENUMERATOR.match(part)
            if name:
                yield f"{prefix}::{name[1]}"


def sources(root, tests):
    for folder in ("src", "tests", "sim"):
        for path in sorted((root / folder).rglob("*")):
            is_test = path.stem.endswith("_test") or path.parts[len(root.parts)] == "tests"
            if path.suffix in (".cpp", ".hpp") and is_test == tests:
                yield str(path.relative_to(root)), path.read_text(encoding="utf-8")


def values_of(root):
    """Every error value of the project by name."""
    found = {}
    for file, text in sources(root, tests=False):
        for name in enumerators(text):
            if not NO_ERROR.search(name):
                found.setdefault(name, Value(name, file))
        if file == "src/protocol/error_codes.cpp":
            for code in TABLE_ROW.findall(text):
                found.setdefault(code, Value(code, file))
        if file.startswith(("src/api", "src/net", "src/host", "src/services", "src/protocol")):
            for context in CODE_CONTEXTS.finditer(COMMENT.sub("", text)):
                for code in CODE.findall(context[0]):
                    found.setdefault(code, Value(code, file))
    # The code of a reason is the same value in another spelling.
    reasons = {snake(name.split("::")[1]) for name in found if "Reason::" in name}
    return {name: value for name, value in found.items() if name not in reasons}


def tests_of(text):
    """(name, assertions, values named by its tag) of each test in a file."""
    starts = list(TEST.finditer(text))
    for number, start in enumerate(starts):
        end = starts[number + 1].start() if number + 1 < len(starts) else len(text)
        above = re.search(r"(?:^[ \t]*//[^\n]*\n)*\Z", text[:start.start()].rstrip(" "), re.M)
        tagged = [name.strip() for tag in TAG.findall(above[0] if above else "")
                  for name in tag.split(",")]
        yield (f"{start[1]}.{start[2]}",
               "\n".join(one[0] for one in ASSERTION.finditer(text, start.end(), end)), tagged)


def note_returned(values, file, text):
    """Marks the values that a source returns. Numbers of the journal and rows of the table of codes
    may remain after the code that returned them was removed."""
    source = COMMENT.sub("", text)
    named = set() if file in REASON_TABLES else set(USE.findall(source))
    if file.startswith("src/") and file not in TABLES:
        named |= set(CODE.findall(source))
    for name, value in values.items():
        value.returned = value.returned or short(name) in named


def short(name):
    """OpenError::Kind::Corrupt in the shortest form that sources use: Kind::Corrupt."""
    return "::".join(name.split("::")[-2:])


def collect(root=paths.ROOT):
    """Adds the tests to their values; returns the values and the errors of the tags."""
    values, tag_errors = values_of(root), []
    for file, text in sources(root, tests=False):
        note_returned(values, file, text)
    for file, text in sources(root, tests=True):
        for test, assertions, tagged in tests_of(text):
            for name in tagged:
                if name not in values:
                    tag_errors.append(f"{file}: {test} names {name}, which is no error value")
                else:
                    values[name].tests.append(test)
            named = set(QUALIFIED.findall(assertions)) | set(WORD.findall(assertions))
            for name, value in values.items():
                if test not in value.tests and names_of(name) & named:
                    value.tests.append(test)
    return values, tag_errors


def names_of(name):
    """How an assertion may name the value: as the enumerator, or as the API spells it."""
    return {short(name)} | ({snake(name.split("::")[-1])} if "_" in snake(name.split("::")[-1])
                            else set())


def errors(options):
    values, failures = collect()
    for value in sorted(values.values(), key=lambda one: (one.file, one.name)):
        missing = "NO TEST" if value.returned else "never returned"
        tests = value.tests[0] if value.tests else missing
        more = f" and {len(value.tests) - 1} more" if len(value.tests) > 1 else ""
        print(f"{value.name:42} {tests}{more}")
        if value.returned and not value.tests:
            failures.append(f"{value.name} ({value.file}) has no test")
    shown = sum(bool(value.tests) for value in values.values())
    idle = sum(not value.tests and not value.returned for value in values.values())
    print(f"\n{len(values)} error values, {shown} with a test, {idle} never returned")
    for failure in failures:
        print(f"failed: {failure}")
    figures = {"error_values": report.figure(len(values), "values", ok=bool(values)),
               "error_values_tested": report.figure(shown, "values", aim=len(values),
                                                    ok=shown + idle == len(values))}
    return report.write(options.json, "errors", failures, figures)

"""./dev errors: every value that an error can have, and the named tests that saw it come back.

An error value is an enumerator of an enumeration whose name (or whose enclosing type's name) ends
in Error, ErrorKind, Failure, Reason or Refusal, a result that is listed in RESULTS, or a code that
the HTTP API puts into an error body. A test returns it when one of its assertions names it; a test
that sees it in another way says so in a comment directly above: `// @error:Reason::PriceStale`.
"""
import dataclasses
import re

from dev import paths, report

ERROR_NAME = re.compile(r"(Error|ErrorKind|Failure|Reason|Refusal)$")
RESULTS = {"CommitResult"}
NO_ERRORS = {"Reason::None", "CommitResult::Committed"}
ENUM = re.compile(r"\benum class (\w+)[^{;]*\{([^}]*)\}")
TYPE = re.compile(r"\b(?:struct|class) (\w+)[^;{]*\{")
ENUMERATOR = re.compile(r"^\s*(\w+)\b", re.M)
CODE = re.compile(r'"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|UNAUTHORIZED|FORBIDDEN|TIMEOUT|OVERLOADED)"')
# Where the API's codes stand: an error's literal, a refusal of the server, a call of `fail`.
CODE_PLACES = re.compile(
    r"(?:\bfail\(|\bRefused k\w+\{|\.code = |\bRequestError\{|\brefusal\()[^;]*", re.S)
TEST = re.compile(r"^\s*(?:TEST|TEST_F|TEST_P|TYPED_TEST|TYPED_TEST_P|RC_GTEST_PROP|"
                  r"RC_GTEST_FIXTURE_PROP)\s*\(\s*(\w+)\s*,\s*(\w+)", re.M)
ASSERTION = re.compile(r"\b(?:EXPECT|ASSERT|RC_ASSERT)\w*\s*\((?:[^;]|;(?!\s*\n))*;")
TAG = re.compile(r"@error:([\w:, ]+)")
COMMENT = re.compile(r"//[^\n]*")


@dataclasses.dataclass
class Value:
    name: str   # Reason::PriceStale, or the API's PRICE_STALE.
    file: str
    tests: list = dataclasses.field(default_factory=list)


def snake(name):
    """PriceStale as the API says it: PRICE_STALE."""
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
            if name not in NO_ERRORS:
                found.setdefault(name, Value(name, file))
        if file.startswith(("src/shell/http", "src/shell/auth", "src/protocol")):
            for place in CODE_PLACES.finditer(COMMENT.sub("", text)):
                for code in CODE.findall(place[0]):
                    found.setdefault(code, Value(code, file))
    return found


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


def collect(root=paths.ROOT):
    """Hangs the tests on their values; answers the values and what is wrong with the tags."""
    values, wrong = values_of(root), []
    for file, text in sources(root, tests=True):
        for test, assertions, tagged in tests_of(text):
            for name in tagged:
                if name not in values:
                    wrong.append(f"{file}: {test} names {name}, which is no error value")
                else:
                    values[name].tests.append(test)
            for name, value in values.items():
                if test not in value.tests and is_named(name, assertions):
                    value.tests.append(test)
    return values, wrong


def is_named(name, assertions):
    *enum, last = name.split("::")
    if not enum:
        return re.search(rf"\b{name}\b", assertions) is not None
    if re.search(rf"\b{enum[-1]}::{last}\b", assertions):
        return True
    return f'"{snake(last)}"' in assertions


def errors(options):
    values, failures = collect()
    for value in sorted(values.values(), key=lambda one: (one.file, one.name)):
        tests = f"{value.tests[0]}" if value.tests else "NO TEST"
        more = f" and {len(value.tests) - 1} more" if len(value.tests) > 1 else ""
        print(f"{value.name:42} {tests}{more}")
        if not value.tests:
            failures.append(f"{value.name} ({value.file}) is returned by no test")
    shown = sum(bool(value.tests) for value in values.values())
    print(f"\n{len(values)} error values, {shown} with a test")
    for failure in failures:
        print(f"failed: {failure}")
    figures = {"error_values": report.figure(len(values), "values", ok=bool(values)),
               "error_values_tested": report.figure(shown, "values", aim=len(values),
                                                    ok=shown == len(values))}
    return report.write(options.json, "errors", failures, figures)

#!/usr/bin/env python3
"""Checks rules that no compiler checks: layers, banned names, lengths, comments, READMEs, paths.

Run:  python3 tools/check_rules.py [--root DIR]
One line per breach; exit status 1 when there is one, or when there was nothing to check.
A line of C++ may carry `// rule-ok: <reason>` where a rule is broken on purpose.
"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from rules import commits, documents, evidence, text  # noqa: E402
from spelling import Parser  # noqa: E402

# What each layer may include besides itself: docs/architecture.md, section "Layers".
LAYERS = {
    "base": [],
    "model": ["base"],
    "protocol": ["model", "base"],
    "resilience": ["model", "base"],
    "operations": ["model", "base"],
    "core": ["resilience", "model", "base"],
    "venue": ["protocol", "model", "base"],
    "gateway": ["protocol", "resilience", "model", "base"],
    "ports": ["core", "model", "base"],
    "runtime": ["ports", "gateway", "core", "operations", "resilience", "protocol", "model",
                "base"],
}
DETERMINISTIC_LAYERS = list(LAYERS)
LAYERS["observability"] = ["model", "base"]
LAYERS["net"] = ["observability", "resilience", "base"]
LAYERS["host"] = ["net", "observability", "operations", "protocol", "resilience", "model", "base"]
ADAPTERS = ["archive_folder", "archive_s3", "cache_memory", "cache_redis", "exchange_paper",
            "issues_github", "issues_jira", "market_generated", "market_recorded",
            "notify_email", "notify_log", "notify_pagerduty", "notify_slack", "notify_webhook",
            "store_observed", "store_sqlite"]
SERVICES = ["alerts", "analysis", "archive", "audit", "events", "health", "incidents",
            "maintenance", "notifications", "status_page", "trading", "users"]
UPPER = ["host", "net", "observability"]
for adapter in ADAPTERS:
    LAYERS[f"adapters/{adapter}"] = ["runtime", "ports", "gateway", "venue", "protocol", "core",
                                     "resilience", "model", "base"] + UPPER
for service in SERVICES:
    LAYERS[f"services/{service}"] = ["runtime", "ports", "operations", "core", "protocol",
                                     "resilience", "model", "base"] + UPPER
LAYERS["api"] = LAYERS["services/users"] + [f"services/{service}" for service in SERVICES]
LAYERS["apps"] = list(LAYERS)
LAYERS["sim"] = DETERMINISTIC_LAYERS + ["sim/checkers"]
LAYERS["sim/checkers"] = ["base", "model"]
DETERMINISTIC = set(DETERMINISTIC_LAYERS) | {"sim", "sim/checkers"}
FOLDERS_OF_FOLDERS = {"adapters", "services"}
# Where a header of a foreign library may be included: prefix of the header -> folders.
FOREIGN_HEADERS = {
    "boost/json": ["protocol", "observability", "host", "adapters/issues_github",
                   "adapters/issues_jira", "adapters/notify_pagerduty",
                   "adapters/notify_slack", "adapters/notify_webhook", "services", "api", "apps"],
    "boost/asio": ["net", "host", "adapters/archive_s3", "adapters/cache_redis",
                   "services", "api", "apps"],
    "boost/beast": ["net", "services/events", "apps"],
    "boost/core/demangle": ["observability"],
    "boost/system": ["net", "host", "apps"],
    "CLI/": ["apps"],
    "curl/": ["adapters/notify_email"],
    "fmt/": ["observability", "net", "api", "apps"],
    "hiredis/": ["adapters/cache_redis"],
    "openssl/": ["protocol", "net", "adapters/archive_s3", "services/archive"],
    "prometheus/": ["observability"],
    "pugixml": ["adapters/archive_s3"],
    "simdjson": ["net", "protocol"],
    "sodium": ["observability", "host", "adapters", "services/archive", "services/users", "apps"],
    "sqlite3": ["adapters/store_sqlite"],
    "toml++/": ["host"],
    "zlib": ["adapters/market_recorded", "services/archive"],
    "zstd": ["services/archive"],
}
SYSTEM_HEADER = re.compile(
    r"(sys|arpa|netinet|net|linux)/[\w.]+"
    r"|(cxxabi|dirent|dlfcn|execinfo|fcntl|grp|ifaddrs|netdb|poll"
    r"|pthread|pwd|sched|signal|sysexits|termios|time|unistd)\.h")
GENERATED_HEADERS = {"build_info.hpp": {"services/archive", "apps", "sim"}}

BANNED_HEADERS = {
    "thread", "mutex", "shared_mutex", "condition_variable", "future", "semaphore", "barrier",
    "latch", "stop_token", "random", "unordered_map", "unordered_set", "locale", "ctime",
    "filesystem", "fstream",
}
BANNED_NAMES = [
    (r"\b\w+::now\s*\(", "take the time from the input"),
    (r"\b(clock_gettime|gettimeofday)\b|\btime\s*\(\s*(nullptr|NULL|0)\s*\)",
     "take the time from the input"),
    (r"\b(random_device|mt19937(_64)?|default_random_engine|rand|srand)\b",
     "take a seeded generator as an argument"),
    (r"\bstd::\w+_distribution\b", "use our own ranges: the library's differ between machines"),
    (r"\bunordered_(multi)?(map|set)\b", "use an ordered container: hash order differs per build"),
    (r"\b(double|float)\b", "use the model's amounts"),
    (r"\bstd::(thread|jthread|async|(\w+_)?mutex|condition_variable(_any)?)\b",
     "the pure layers have one thread"),
    (r"\bgetenv\b", "settings arrive as arguments"),
    (r"\b(stoi|stol|stoll|stoul|stoull|stod|stof|stold|strto\w+|ato[ifl]|sscanf|setlocale)\b"
     r"|\bstd::(locale|tolower|toupper|isalpha|isalnum|isspace)\b",
     "depends on the locale: use from_chars or our own parser"),
    (r"\bstd::(multi)?(map|set)\s*<\s*(const\s+)?[\w:]+\s*(const\s*)?\*",
     "an address is no sort key: it differs between runs"),
]
METAPHORS = {"anew", "desk", "door", "gate", "goodbye", "refold", "seat", "stranger", "teller",
             "wish"}
FOLDER_NAMES_BANNED = {"common", "util", "utils", "helper", "helpers", "misc"}
LINES_MAX, LINES_MAX_TEST, COLUMNS_MAX, README_LINES_MAX = 600, 1000, 100, 20
MACHINE_PATH = re.compile(r"(?<![\w.$}/])/(work|home|root|Users|workspace|mnt)/[\w.]")
REGISTRY_HOST = re.compile(
    r"\b(registry\.npmjs\.org|pypi\.org|files\.pythonhosted\.org|crates\.io|deb\.debian\.org"
    r"|proxy\.golang\.org|repo\.maven\.apache\.org)\b")
CODE_IN_COMMENT = re.compile(
    r"""^(
        \#\s*(include|define|if|ifdef|ifndef|endif|else)\b.*
      | (if|for|while|switch)\s*\(.*\)\s*(\{|.*;)?
      | (return|break|continue|throw|delete)\b[^.]*;
      | (const\s+|static\s+|constexpr\s+)*[\w:<>,&*]+(\s+[\w:&*]+)?\s*[-+*/|&]?=\s*[^=].*;
      | [\w:.>\-\[\]]+\([^()]*(\([^()]*\)[^()]*)*\)\s*;
      | \}(\s*else\s*\{)?;?
    )$""", re.VERBOSE)


class Source:
    """One C++ file: its lines, the lines without comments and literals, and its comments."""

    def __init__(self, root, path):
        self.path = path.relative_to(root)
        self.lines = path.read_text(errors="replace").splitlines()
        self.code, self.comments = text.split_cpp("\n".join(self.lines))
        self.is_test = path.stem.endswith(("_test", "_fuzz")) or self.path.parts[0] == "tests"
        self.layer = layer_of(self.path)

    def excused(self, number):
        return re.search(r"//.*\brule-ok:\s*\S", self.lines[number - 1]) is not None


def room_of(parts):
    """The row of the table for a path below src, given as its parts."""
    return "/".join(parts[:2]) if parts[0] in FOLDERS_OF_FOLDERS else parts[0]


def layer_of(path):
    """The row of the table that `path` falls under, or None outside the layers."""
    parts = path.parts
    if parts[0] == "src" and len(parts) > 2:
        return room_of(parts[1:])
    if parts[0] == "sim":
        return "sim/checkers" if parts[1] == "checkers" else "sim"
    return None


def rule_layers(source):
    """An include that the table of layers does not allow; tests are free."""
    if source.layer is None or source.is_test:
        return
    if source.layer not in LAYERS:
        yield 1, f"src/{source.layer} is no layer of the table"
        return
    for number, line in enumerate(source.lines, 1):
        include = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if not include or source.excused(number):
            continue
        name = include[1]
        if source.layer in GENERATED_HEADERS.get(name, ()):
            continue
        if "/" not in name or name.startswith("."):
            yield number, f'write "{name}" from the include root, as "layer/file.hpp"'
            continue
        wanted = "sim/checkers" if name.startswith("sim/checkers/") else room_of(name.split("/"))
        allowed = LAYERS[source.layer]
        if wanted != source.layer and wanted not in allowed:
            yield number, f"{source.layer} must not include {wanted}"


def rule_libraries(source):
    """A foreign header in a folder that may not have it."""
    if source.layer is None or source.is_test:
        return
    for number, line in enumerate(source.lines, 1):
        include = re.match(r"\s*#\s*include\s+<([^>]+)>", line)
        if not include or re.fullmatch(r"[a-z_0-9]+", include[1]) or source.excused(number):
            continue
        if source.layer not in DETERMINISTIC and SYSTEM_HEADER.fullmatch(include[1]):
            continue
        folders = [f for prefix, f in FOREIGN_HEADERS.items() if include[1].startswith(prefix)]
        rooms = set(folders[0]) if folders else set()
        if not rooms & {source.layer, source.layer.split("/")[0]}:
            yield number, f"{source.layer} must not include the foreign header <{include[1]}>"


def rule_banned(source):
    """A name that makes a pure layer depend on more than its input."""
    if source.layer not in DETERMINISTIC or source.is_test:
        return
    for number, line in enumerate(source.code, 1):
        if source.excused(number):
            continue
        include = re.match(r"\s*#\s*include\s*<(\w+)>", source.lines[number - 1])
        if include:
            if include[1] in BANNED_HEADERS and not source.layer.startswith("sim"):
                yield number, f"<{include[1]}> is banned in the pure layers"
            continue
        for pattern, advice in BANNED_NAMES:
            found = re.search(pattern, line)
            if found:
                yield number, f"`{found[0].strip()}` is banned in the pure layers: {advice}"


def rule_file_length(source):
    """A file that is too long."""
    limit = LINES_MAX_TEST if source.is_test else LINES_MAX
    if len(source.lines) > limit:
        yield limit + 1, f"{len(source.lines)} lines, at most {limit}"


def rule_line_length(source):
    """A line longer than 100 characters."""
    for number, line in enumerate(source.lines, 1):
        if len(line) > COLUMNS_MAX and not source.excused(number):
            yield number, f"{len(line)} characters, at most {COLUMNS_MAX}"


def rule_todo(source):
    """A TODO without an issue, or a FIXME."""
    for number, comment in source.comments:
        if re.search(r"\bTODO\b(?!\(#\d+\))", comment):
            yield number, "TODO needs an issue: TODO(#123)"
        if re.search(r"\bFIXME\b", comment):
            yield number, "FIXME: repair it now or open an issue"


def rule_dead_code(source):
    """Code kept as a comment."""
    for number, comment in source.comments:
        body = comment.strip()
        if body.startswith("//") and not body.startswith("///"):
            if CODE_IN_COMMENT.match(body[2:].strip()):
                yield number, "commented-out code: remove it, git keeps it"


def rule_header(source):
    """A header that does not open with #pragma once and a comment that says what it is for."""
    if source.path.suffix != ".hpp":
        return
    opening = [line.strip() for line in source.lines if line.strip()][:60]
    if "#pragma once" not in opening:
        yield 1, "a header opens with #pragma once"
        return
    seen_comment = seen_pragma = False
    for line in opening:
        seen_pragma = seen_pragma or line == "#pragma once"
        seen_comment = seen_comment or line.startswith("//")
        if seen_comment and seen_pragma:
            return
        if line != "#pragma once" and not line.startswith("//"):
            break
    yield 1, "a header opens with #pragma once and a comment: what is it for?"


def rule_folder_names(source):
    """A folder whose name has no meaning."""
    for part in source.path.parts[:-1]:
        if part in FOLDER_NAMES_BANNED:
            yield 1, f"folder `{part}` has no meaning: name what is in it"


def rule_plain_names(source):
    """A metaphor in a name: docs/glossary.md has the standard words."""
    for number, line in enumerate(source.code, 1):
        for name in re.findall(r"[A-Za-z_]\w+", line):
            words = {part.lower() for part in re.findall(r"[A-Z]?[a-z]+", name)}
            for word in sorted(words & METAPHORS):
                yield number, f"`{name}`: '{word}' is a metaphor, see docs/glossary.md"


SOURCE_RULES = {
    "layers": rule_layers, "libraries": rule_libraries, "banned": rule_banned,
    "file-length": rule_file_length, "line-length": rule_line_length, "todo": rule_todo,
    "dead-code": rule_dead_code, "header": rule_header, "folder-names": rule_folder_names,
    "plain-names": rule_plain_names,
}


def tree_readmes(root):
    """Each layer has a README of at most twenty lines about its purpose."""
    folders = [p for p in (root / "src").glob("*") if p.is_dir() and any(p.rglob("*.?pp"))]
    if (root / "sim").is_dir():
        folders.append(root / "sim")
    for folder in sorted(folders):
        readme = folder / "README.md"
        name = readme.relative_to(root)
        if not readme.is_file():
            yield name, 1, "missing: job, main classes, what the layer may not do"
        elif len(readme.read_text().splitlines()) > README_LINES_MAX:
            yield name, README_LINES_MAX + 1, f"at most {README_LINES_MAX} lines"


def tree_machine_paths(root):
    """A path that exists on one machine only."""
    for path, number, line in text.lines_of_tree(root):
        if MACHINE_PATH.search(line):
            yield path, number, "absolute path of one machine"


def tree_hosts(root):
    """The address of a package registry or mirror: it belongs to the machine's configuration."""
    for path, number, line in text.lines_of_tree(root):
        if REGISTRY_HOST.search(line):
            yield path, number, "names a package registry"


def tree_scripts(root):
    """Scripts have the same limits of length and the same rule for TODO."""
    for path in text.files_of_tree(root):
        name = path.relative_to(root)
        if path.suffix not in {".py", ".sh", ".cmake"} and path.name != "CMakeLists.txt":
            continue
        lines = path.read_text(errors="replace").splitlines()
        if path.suffix == ".py" and len(lines) > LINES_MAX:
            yield name, LINES_MAX + 1, f"{len(lines)} lines, at most {LINES_MAX}"
        for number, line in enumerate(lines, 1):
            if len(line) > COLUMNS_MAX:
                yield name, number, f"{len(line)} characters, at most {COLUMNS_MAX}"
            if re.search(r"#.*\bTODO\b(?!\(#\d+\)|\\)", line) and "re." not in line:
                yield name, number, "TODO needs an issue: TODO(#123)"


def tree_build_edges(root):
    """CMake's edges between the layers are those of the table."""
    file = root / "CMakeLists.txt"
    if not file.is_file():
        return
    content = file.read_text()
    for layer in DETERMINISTIC_LAYERS:
        call = re.search(rf"botcore_layer\({layer}\b([^)]*)\)", content)
        if not call:
            yield file.relative_to(root), 1, f"layer {layer} is not built"
            continue
        depends = re.search(r"DEPENDS\s+([a-z\s]+)", call[1])
        have = set(depends[1].split()) if depends else set()
        if have != set(LAYERS[layer]):
            number = content[:call.start()].count("\n") + 1
            yield (file.relative_to(root), number,
                   f"{layer} depends on {sorted(have)}, the table says {sorted(LAYERS[layer])}")
    call = re.search(r"botcore_upper\(([^)]*)\)", content)
    folders = re.search(r"FOLDERS\s+([a-z0-9_/\s]+)", call[1]) if call else None
    have = set(folders[1].split()) if folders else set()
    want = {name for name in LAYERS if name not in DETERMINISTIC and name != "apps"}
    if have - {"apps/wiring"} != want:
        yield (file.relative_to(root), 1,
               f"folders above runtime: {sorted(have ^ want)} are in CMake or in the table only")


def tree_document_names(root):
    """A page names what exists."""
    yield from documents.breaches(root)


def tree_evidence(root):
    """README says how much is shown by tests, as the matrix of requirements does."""
    yield from evidence.breaches(root)


def tree_commits(root):
    """Messages of commits; a source archive has none."""
    if not (root / ".git").exists():
        return
    for commit, message in commits.breaches(root):
        yield commit, 1, message


TREE_RULES = {
    "document-names": tree_document_names, "evidence": tree_evidence, "commits": tree_commits,
    "readme": tree_readmes, "machine-path": tree_machine_paths, "registry-host": tree_hosts,
    "scripts": tree_scripts, "build-edges": tree_build_edges,
}


def cpp_files(root):
    for folder in ("src", "sim", "tests", "cmake"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in {".hpp", ".cpp"}:
                yield path


def check(root):
    """All breaches below `root` as (path, line, rule, message), and the number of C++ files."""
    found, count = [], 0
    for path in cpp_files(root):
        source, count = Source(root, path), count + 1
        for name, rule in SOURCE_RULES.items():
            found += [(source.path, number, name, message) for number, message in rule(source)]
    for name, rule in TREE_RULES.items():
        found += [(path, number, name, message) for path, number, message in rule(root)]
    return found, count


def main():
    parser = Parser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=pathlib.Path,
                        default=pathlib.Path(__file__).resolve().parent.parent)
    root = parser.parse_args().root.resolve()
    found, count = check(root)
    for path, number, rule, message in found:
        print(f"{path}:{number}: [{rule}] {message}")
    print(f"check_rules: {count} files, {len(found)} breaches")
    if count == 0:
        print("check_rules: no C++ file found, so nothing was checked", file=sys.stderr)
        return 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

"""Names in documents: whatever a page names in backticks or links to has to exist in the tree."""
import json
import pathlib
import re

from rules import text

GENERATED = {"docs/TRACEABILITY_MATRIX.md", "docs/metrics.md"}
FENCE = re.compile(r"^(```|~~~)")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
SPAN = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"(?:[\w.-]+/)+[\w.-]+\.(?:md|hpp|cpp|py|sh|json|csv|ya?ml|toml|service|txt)")
ROUTE = re.compile(r"(?:(GET|POST|PUT|DELETE|PATCH) )?(/(?:api|health|metrics|ws)[\w/{}.-]*)")
SETTING = re.compile(r"[a-z0-9]+\.[a-z0-9_]+")
METRIC = re.compile(r"[a-z][a-z0-9_]*_(?:total|seconds|bytes|ratio)")
TYPE_NAME = re.compile(r"[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+")
CODE_SUFFIXES = {".cpp", ".hpp", ".py", ".txt", ".cmake", ".yml", ".yaml", ".json", ".service", ""}


class Tree:
    """What exists: files, words of the code, routes, settings."""

    def __init__(self, root):
        self.root = root
        self.words, self.settings, self.literals, self.routes = set(), set(), set(), set()
        for path in text.files_of_tree(root):
            if path.suffix not in CODE_SUFFIXES or "docs" in path.relative_to(root).parts:
                continue
            content = path.read_text(errors="replace")
            self.words.update(re.findall(r"\w+", content))
            if "host" in path.parts:
                self.settings.update(re.findall(r'"([a-z0-9]+\.[a-z0-9_]+)"', content))
            self.literals.update(re.findall(r'"([a-z0-9]+\.[a-z0-9_]+)"', content))
        document = root / "docs" / "api" / "openapi.json"
        if document.is_file():
            for path, methods in json.loads(document.read_text())["paths"].items():
                shape = re.sub(r"\{\w+\}", "{}", path)
                self.routes.add(shape)
                self.routes.update(f"{method.upper()} {shape}" for method in methods)
            self.routes |= {"/ws", "GET /ws"}  # A WebSocket: OpenAPI has no word for it.
        self.sections = {name.split(".")[0] for name in self.settings}

    def has_file(self, page, name):
        places = (self.root, self.root / "src", page.parent, self.root / "docs")
        return any((place / name).exists() for place in places)

    @staticmethod
    def fits(shape, known):
        """Is the route the known one, one of its prefixes, or it with values in its braces?"""
        return known.startswith(shape) or re.fullmatch(
            re.escape(known).replace(r"\{\}", "[^/]+"), shape) is not None

    def lacks(self, page, span):
        """What kind of name the span is, if it is one that does not exist."""
        if FILE.fullmatch(span):
            return None if self.has_file(page, span) else "file"
        if self.routes and (route := ROUTE.fullmatch(span)):
            shape = re.sub(r"\{[\w ]+\}", "{}", route[0])
            return None if any(self.fits(shape, each) for each in self.routes) else "route"
        if SETTING.fullmatch(span) and span.split(".")[0] in self.sections:
            return None if span in self.settings | self.literals else "setting"
        if METRIC.fullmatch(span):
            return None if span in self.words else "metric"
        if TYPE_NAME.fullmatch(span) and span != "PascalCase":
            return None if span in self.words else "name in the code"
        return None


def pages(root):
    for path in text.files_of_tree(root):
        name = path.relative_to(root).as_posix()
        if path.suffix == ".md" and name not in GENERATED:
            yield path


def breaches(root):
    """Every name in a page that does not exist, as (path, line, message)."""
    tree = Tree(root)
    for page in pages(root):
        in_fence = False
        for number, line in enumerate(page.read_text().splitlines(), 1):
            if FENCE.match(line.lstrip()):
                in_fence = not in_fence
            if in_fence:
                continue
            name = pathlib.PurePosixPath(page.relative_to(root).as_posix())
            for target in LINK.findall(line):
                if "://" not in target and not (page.parent / target).exists():
                    yield name, number, f"the link leads nowhere: {target}"
            for span in SPAN.findall(line):
                if kind := tree.lacks(page, span):
                    yield name, number, f"there is no such {kind}: {span}"

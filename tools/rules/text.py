"""Reading source text: C++ split into code and comments, and the text files of a tree."""
import re

SKIPPED_FOLDERS = {".git", "build", "var", "node_modules", "__pycache__", ".cache"}
TEXT_SUFFIXES = {
    "", ".hpp", ".cpp", ".py", ".sh", ".cmake", ".txt", ".md", ".json", ".toml", ".yml", ".yaml",
    ".in", ".html", ".css", ".js", ".ts", ".sql", ".csv", ".service", ".conf",
}
TOKEN = re.compile(
    r"""(?P<line>//[^\n]*)
      | (?P<block>/\*.*?\*/)
      | (?P<raw>\bR"(?P<mark>[^\s()\\]{0,16})\(.*?\)(?P=mark)")
      | (?P<string>"(?:\\.|[^"\\\n])*")
      | (?P<char>(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+')""", re.VERBOSE | re.DOTALL)


def split_cpp(content):
    """Lines of code with comments and literals blanked out, and comments as (line, text)."""
    comments = []

    def blank(found):
        if found["line"] or found["block"]:
            first = content.count("\n", 0, found.start()) + 1
            for offset, part in enumerate(found[0].split("\n")):
                comments.append((first + offset, part))
        return re.sub(r"[^\n]", " ", found[0])

    return TOKEN.sub(blank, content).split("\n"), comments


def files_of_tree(root):
    """Text files below `root` that belong to the project."""
    pending = [root]
    while pending:
        for path in sorted(pending.pop().iterdir()):
            if path.is_symlink() or path.name in SKIPPED_FOLDERS:
                continue
            if path.is_dir():
                pending.append(path)
            elif path.suffix in TEXT_SUFFIXES:
                yield path


def lines_of_tree(root):
    for path in files_of_tree(root):
        try:
            content = path.read_text()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(content.splitlines(), 1):
            yield path.relative_to(root), number, line

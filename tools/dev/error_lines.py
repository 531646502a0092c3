"""Which lines of a source handle errors, and how many of them the tests reached.

A statement is an error statement when it makes or passes on a failure:
`Failure{`, `Rejection{`, `Refusal{` or `RuleBreach{`; a call of fail, refuse, reject, breach,
damaged, unavailable, ended or of a name with one of these words; `throw`; a line of the log at
Warn, Error or Fatal. `TRY`, which returns a failure to the caller, does not count: the statement
that made the failure does. The lines that handle errors are those of error statements, all lines of
a conditional block that ends with one, and all lines of a `catch`.
"""
import bisect
import dataclasses
import re

WORDS = (r"(?:fail|failed|failure|refuse|refused|refusal|reject|rejected|breach|damaged|"
         r"unavailable|ended)")
ERROR = re.compile(
    r"\b(?:Failure|Rejection|Refusal|RuleBreach)(?:<[^;{]*>)?\s*\{"
    rf"|\b(?:\w+_)?{WORDS}(?:_[a-z]\w*)?\("
    r"|\bthrow\b"
    r"|\bLevel::(?:Warn|Error|Fatal)\b")
CONDITIONAL = re.compile(r"(?:\}\s*)?(?:else|if|catch|case|default)\b")
TYPE_HEAD = re.compile(r"\b(?:namespace|struct|class|enum|union|extern)\b[^=()]*$")
BLANKED = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'|^\s*#[^\n]*',
    re.DOTALL | re.MULTILINE)
AIM_PERCENT = 90.0


def blank(text):
    """The text with comments, texts and directives as spaces, every other character unchanged."""
    digits = re.compile(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])")
    return BLANKED.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), digits.sub("0", text))


@dataclasses.dataclass
class Block:
    conditional: bool = False
    catches: bool = False
    initializer: bool = False
    begin: int = 0
    start: int = 0  # Of the statement that is being read.
    parens: int = 0
    offsets: list = dataclasses.field(default_factory=list)  # Of all code in it.
    ends_in_error: bool = False


def skip_space(text, at, end):
    while at < end and text[at].isspace():
        at += 1
    return at


def skip_heads(text, at, end):
    """Where the innermost statement begins after `if (…)`, `else`, `case x:` and the like."""
    while True:
        at = skip_space(text, at, end)
        head = re.compile(r"(if(?:\s+constexpr)?|for|while|switch)\s*\(|(else|do)\b|"
                          r"(?:case\b[^;{}?]*?[^:]|default\s*):(?!:)").match(text, at, end)
        if not head:
            return at
        at = head.end()
        if head[1]:
            depth = 1
            while at < end and depth:
                depth += {"(": 1, ")": -1}.get(text[at], 0)
                at += 1


def opens_block(text, start, at):
    """Does the `{` at `at` open a block, rather than a list of values?"""
    before = text[start:at].rstrip()
    if not before or before[-1] in ";{}):]":
        return True
    if re.search(r"\b(?:else|do|try|const|noexcept|override|mutable)$", before):
        return True
    return bool(TYPE_HEAD.search(before) or re.search(r"\)[^;={}]*->[^;={}()]*$", before))


def first_offsets(text, begin, end):
    """The offset of the first code of every line of [begin, end)."""
    at, offsets = skip_space(text, begin, end), []
    while at < end:
        if text[at] not in "{}();,":
            offsets.append(at)
        line_end = text.find("\n", at, end)
        if line_end < 0:
            break
        at = skip_space(text, line_end, end)
    return offsets


def end_statement(text, block, end):
    begin = skip_heads(text, block.start, end)
    block.ends_in_error = False
    if begin < end:
        block.ends_in_error = bool(ERROR.search(text, begin, end))
        block.offsets += [(offset, block.ends_in_error) for offset in
                          first_offsets(text, begin, end)]
    block.start = end + 1


def close_block(text, blocks, at):
    block = blocks.pop()
    outer = blocks[-1]
    if block.initializer:
        return
    if text[block.start:at].strip():
        end_statement(text, block, at)
    whole = block.catches or (block.conditional and block.ends_in_error)
    outer.offsets += [(offset, error or whole) for offset, error in block.offsets]
    if not outer.parens:
        outer.ends_in_error = whole and not block.catches
        outer.start = at + 1


def offsets_of(text):
    """Offsets of the first code of each line that handles errors, one for each line."""
    text = blank(text)
    blocks = [Block()]
    for at, char in enumerate(text):
        block = blocks[-1]
        if char in "([":
            block.parens += 1
        elif char in ")]":
            block.parens -= 1
        elif char == "{":
            if not opens_block(text, block.start, at):
                blocks.append(Block(initializer=True, start=at + 1))
                continue
            head = text[skip_labels(text, block.start, at):at].strip()
            blocks.append(Block(conditional=bool(CONDITIONAL.match(head)),
                                catches=head.startswith("catch"), begin=at, start=at + 1))
        elif char == "}" and len(blocks) > 1:
            close_block(text, blocks, at)
        elif char == ";" and not block.parens and not block.initializer:
            end_statement(text, block, at)
    by_line = {}
    for offset, error in blocks[0].offsets:
        if error:
            by_line.setdefault(text.count("\n", 0, offset), offset)
    return sorted(by_line.values())


def skip_labels(text, at, end):
    """After `case x:` where a statement follows it, so that the block's own head is found."""
    at = skip_space(text, at, end)
    label = re.compile(r"(?:case\b[^;{}?]*?[^:]|default\s*):(?!:)\s*(?=\S)").match(text, at, end)
    return label.end() if label and label.end() < end else at


def lines_of(text):
    """(line, column) of the first code of each line that handles errors, both from 1."""
    starts = [0] + [match.end() for match in re.finditer("\n", text)]
    lines = []
    for offset in offsets_of(text):
        line = bisect.bisect_right(starts, offset)
        lines.append((line, offset - starts[line - 1] + 1))
    return lines


def error_lines_reached(text, segments):
    """The lines of one file that handle errors: all of them, and those that no test reached.
    `segments` are llvm-cov's: line, column, count, whether it counts, two more. A line
    without a count is not code, such as a declaration."""
    offsets = [segment[:2] for segment in segments]
    found, missed = [], []
    for line, column in lines_of(text):
        index = bisect.bisect_right(offsets, [line, column]) - 1
        if index < 0 or not segments[index][3]:
            continue
        found.append(line)
        if segments[index][2] == 0:
            missed.append(line)
    return found, missed

"""Rules for commit messages: docs/style.md, section "Commits"."""
import re
import subprocess

# Older commits are as they are; every later one obeys the rules.
FIRST_CHECKED_AFTER = "2851b32ba10c7f1e9df05ec894461c1c6ea2aeca"
SUBJECT_MAX = 72
FILES_WITHOUT_BODY_MAX = 5
NOT_IMPERATIVE = re.compile(r"(?:\w+(?:ing|ed)|\w*[^s]s)$")
IMPERATIVES_WITH_OTHER_ENDINGS = {
    "Bring", "Embed", "Feed", "Need", "Proceed", "Ring", "Seed", "Shed", "Spring", "String",
    "Speed", "Bias", "Canvas", "Focus", "Process", "Pass", "Address", "Express", "Compress",
    "Suppress"}


def git(root, *words):
    return subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True,
                          check=False)


def message_breaches(subject, body, files):
    """What is wrong with one message of a commit that changes so many files."""
    if len(subject) > SUBJECT_MAX:
        yield f"the subject has {len(subject)} characters, at most {SUBJECT_MAX}"
    if ";" in subject or subject.endswith("."):
        yield "the subject names one thing and has no full stop"
    first = subject.split(" ")[0]
    if not re.fullmatch(r"[A-Z][a-z-]+", first):
        yield "the subject begins with a capitalised verb"
    elif NOT_IMPERATIVE.match(first) and first not in IMPERATIVES_WITH_OTHER_ENDINGS:
        yield f"the subject is imperative: '{first}' is not"
    if files > FILES_WITHOUT_BODY_MAX and not body.strip():
        yield f"{files} files change and no body says why"


def breaches(root, since=FIRST_CHECKED_AFTER):
    """Every breach among the commits after `since`, as (hash, message). Merges have no rules."""
    if git(root, "rev-parse", "--is-shallow-repository").stdout.strip() == "true":
        return
    if git(root, "merge-base", "--is-ancestor", since, "HEAD").returncode != 0:
        yield since[:12], "this commit is no ancestor of HEAD, so that no message can be checked"
        return
    log = git(root, "log", "--no-merges", "--name-only",
              "--format=%x01%H%x02%s%x02%b%x02", f"{since}..HEAD").stdout
    for entry in log.split("\x01")[1:]:
        commit, subject, body, names = entry.split("\x02")
        for message in message_breaches(subject, body, len(names.split())):
            yield commit[:12], f"{message}: {subject}"

#!/usr/bin/env python3
"""Runbooks: a page for each degraded mode and alert, all sections on each page, and commands,
codes and texts that exist.

Run:  python3 tools/runbooks_test.py
"""
import functools
import json
import pathlib
import re
import shlex
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = sorted(p for p in (ROOT / "docs" / "runbooks").glob("*.md") if p.name != "README.md")
README = ROOT / "docs" / "runbooks" / "README.md"
INDEX = ROOT / "docs" / "INCIDENT_RUNBOOKS.md"
TROUBLESHOOTING = ROOT / "docs" / "TROUBLESHOOTING.md"
ALL = PAGES + [README, INDEX, TROUBLESHOOTING]
SECTIONS = ["Symptoms", "Impact", "Diagnosis", "Resolution", "After"]
LINES_MAX = 150
# Tools of the system, which every machine has; words of `botctl`, `curl`, `./dev` are checked.
TOOLS = {"df", "du", "ls", "date"}
CURL_OPTIONS = {"-s": 0, "-m": 1, "-H": 1}
OPTION_LINE = re.compile(r"^  ((?:-\w|--[\w-]+)(?:,(?:-\w|--[\w-]+))*)(?: ([A-Z]+)\b)?")


def botctl_sources():
    return sorted((ROOT / "src/apps/botctl").glob("*.cpp"))


def botctl_of_source():
    """Commands, each as "name" or "group name", and the options of all of them together."""
    text = "".join(file.read_text() for file in botctl_sources())
    groups = dict(re.findall(r'CLI::App\* (\w+) =\s*app\.add_subcommand\(\s*"([\w-]+)"', text))
    names = set()
    for parent, name in re.findall(r'\badd\(\s*(\*?\w+),\s*chosen,\s*"([\w-]+)"', text):
        names.add(name if parent == "app" else f"{groups[parent.lstrip('*')]} {name}")
    options = set()
    for given in re.findall(r'add_(?:option|flag|flag_callback)\(\s*"([\w,-]+)"', text):
        options.update(name for name in given.split(",") if name.startswith("-"))
    return names, options


def built_botctl():
    """The newest program that is not older than its source; None if there is none."""
    built = [(file.stat().st_mtime, file) for file in ROOT.glob("build/*/bin/botctl")]
    changed = max(file.stat().st_mtime for file in botctl_sources())
    current = [one for one in built if one[0] >= changed]
    return max(current)[1] if current else None


@functools.cache
def help_of(program, command):
    """(options with the number of their values, least and largest number of words)."""
    done = subprocess.run([program, *command.split(), "--help"], capture_output=True, text=True,
                          timeout=60, check=True)
    text = done.stdout.split("\nExit statuses")[0]
    options = {}
    for line in text.splitlines():
        if found := OPTION_LINE.match(line):
            options.update((name, 1 if found[2] else 0) for name in found[1].split(","))
    words = re.search(r"^Positionals:\n((?:  .*\n)+)", text, re.M)
    lines = re.findall(r"^  [A-Z]+ TEXT.*", words[1], re.M) if words else []
    return options, sum(" REQUIRED" in line for line in lines), len(lines)


def mistake_in_botctl(command):
    """What is wrong with the command; empty if nothing is."""
    names, known = botctl_of_source()
    words = shlex.split(command)[1:]
    size = next((n for n in (2, 1) if " ".join(words[:n]) in names), 0)
    if size == 0:
        return "there is no such command"
    program = built_botctl()
    options, least, largest = (help_of(program, " ".join(words[:size])) if program
                               else ({name: None for name in known}, 0, len(words)))
    rest, others = words[size:], 0
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            others += 1
            continue
        if word not in options:
            return f"there is no option {word}"
        if options[word] == 1 and (not rest or rest.pop(0).startswith("--")):
            return f"{word} needs a value"
    return "" if least <= others <= largest else f"{others} words instead of {least} to {largest}"


def mistake_in_curl(command):
    """What is wrong with the command; empty if nothing is."""
    words, address = shlex.split(command)[1:], ""
    while words:
        word = words.pop(0)
        if word.startswith("-"):
            if word not in CURL_OPTIONS:
                return f"the option {word} is not known to this test"
            del words[:CURL_OPTIONS[word]]
        else:
            address = word
    if address == "https://api.binance.com/api/v3/ping":
        return ""
    paths = json.loads((ROOT / "docs/api/openapi.json").read_text())["paths"]
    here = re.fullmatch(r"http://127\.0\.0\.1:8080(/[\w/]+)", address)
    return "" if here and "get" in paths.get(here[1], {}) else f"there is no such route: {address}"


def mistake_in(command):
    """What is wrong with a command of a page; empty if nothing is."""
    words = command.split()
    if words[0] == "botctl":
        return mistake_in_botctl(command)
    if words[0] == "curl":
        return mistake_in_curl(command)
    if words[0] == "./dev":
        usage = (ROOT / "tools/dev/cli.py").read_text()
        known = re.search(rf"^  {re.escape(words[1])}\b", usage, re.M)
        return "" if known else "there is no such command of ./dev"
    return "" if words[0] in TOOLS else "the tool is not known to this test"


def commands_of(page):
    """Lines of shell blocks, and commands in running text."""
    text = page.read_text()
    block = re.compile(r"^ *```sh\n(.*?)^ *```$", re.S | re.M)
    for lines in block.findall(text):
        yield from (line.strip() for line in lines.splitlines() if line.strip())
    yield from re.findall(r"`((?:botctl|curl|sqlite3|\./dev) [^`]+)`", block.sub("", text))


@functools.cache
def alerts():
    """Each alert of the Prometheus file: name -> (level, name of its page)."""
    text = (ROOT / "deploy/prometheus/alerts.yml").read_text()
    found = {}
    for block in text.split("- alert: ")[1:]:
        level = re.search(r"labels: \{severity: (\w+)\}", block)
        page = re.search(r"runbook: docs/runbooks/([\w-]+)\.md", block)
        found[block.split("\n", 1)[0].strip()] = (level[1], page[1])
    return found


@functools.cache
def texts_of_source():
    """All literals of the program; those that C++ joins are joined."""
    files = [f for f in sorted((ROOT / "src").rglob("*.[ch]pp")) if "_test" not in f.name]
    return "\n".join(re.sub(r'"\s*\n\s*"', "", file.read_text()) for file in files)


def section(page, title):
    text = (ROOT / "docs" / "runbooks" / f"{page}.md").read_text()
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text, re.S | re.M)[1]


class Runbooks(unittest.TestCase):
    def test_each_degraded_mode_has_a_page(self):
        table = (ROOT / "src/operations/degraded_mode.cpp").read_text()
        modes = re.findall(r'\{DegradedMode::\w+,\s*"(\w+)",\s*(?:"[^"]*"\s*)+,\s*"([\w-]+)"\}',
                           table)
        self.assertEqual(len(modes), table.count("{DegradedMode::"))
        index = README.read_text()
        for mode, page in modes:
            path = ROOT / "docs" / "runbooks" / f"{page}.md"
            self.assertTrue(path.exists(), page)
            self.assertIn(f"`{mode}`", path.read_text())
            self.assertIn(f"`{mode}`", index)

    def test_each_page_has_all_sections_in_order(self):
        self.assertGreaterEqual(len(PAGES), 11)
        for page in PAGES:
            self.assertEqual(re.findall(r"^## (.+)$", page.read_text(), re.M), SECTIONS, page.name)

    def test_each_way_of_deployment_has_its_botctl(self):
        ways = re.findall(r"^\| ([\w ]+?) \| `[^|]+\| [^|]+ \|", (
            ROOT / "docs/deploy.md").read_text(), re.M)
        self.assertEqual(ways, ["by hand", "systemd", "container", "Kubernetes"])
        index = README.read_text()
        unit = (ROOT / "deploy/systemd/botcored.service").read_text()
        user = re.search(r"^User=(\w+)$", unit, re.M).group(1)
        data = re.search(r"^WorkingDirectory=(\S+)$", unit, re.M).group(1)
        pod = "kubectl exec -it botcored-0 --"
        for way, command in (("checkout", "build/release/bin/botctl --data ./var"),
                             ("systemd", f"sudo -u {user} botctl --data {data}"),
                             ("container", f"exec botcored botctl --data {data}"),
                             ("Kubernetes", f"{pod} botctl --data {data}")):
            self.assertRegex(index, rf"(?m)^\| {way} \| `[^`]*{re.escape(command)}` \|")

    # @spec:R4-AC-09
    def test_commands_exist(self):
        self.assertIn("maintenance schedule", botctl_of_source()[0])
        self.assertIn("--due", botctl_of_source()[1])
        for page in ALL:
            for command in commands_of(page):
                self.assertEqual(mistake_in(command), "", f"{page.name}: {command}")

    def test_wrong_commands_are_found(self):
        for command in ("botctl mend", "botctl incident mend 1", "botctl status --loud",
                        "curl -s http://127.0.0.1:8080/healthy", "./dev mend", "sqlite3 x",
                        "curl -X POST http://127.0.0.1:8080/health"):
            self.assertNotEqual(mistake_in(command), "", command)
        if built_botctl():
            for command in ("botctl orders --due x", "botctl explain", "botctl status x",
                            "botctl incident add-action 1 text --owner"):
                self.assertNotEqual(mistake_in(command), "", command)

    # @spec:R1-AC-18
    def test_each_alert_has_its_row_in_its_page(self):
        self.assertGreaterEqual(len(alerts()), 56)
        row = re.compile(r"^\| `(\w+)` \| (critical|warning|info) \| [^|]+ \| [^|]+ \|$", re.M)
        found = [(name, (level, page.stem)) for page in PAGES
                 for name, level in row.findall(page.read_text())]
        self.assertEqual(sorted(found), sorted(alerts().items()))

    def test_the_index_agrees_with_the_alerts(self):
        rows = re.findall(
            r"^\| `(\w+)` \| (\w+) \| \[([\w-]+)\]\(runbooks/([\w-]+)\.md\) \| `([^`]+)` \|$",
            INDEX.read_text(), re.M)
        self.assertEqual([(name, (level, page)) for name, level, page, _, _ in rows],
                         list(alerts().items()))
        for name, _, page, link, command in rows:
            self.assertEqual(page, link, name)
            self.assertIn(command, list(commands_of(ROOT / f"docs/runbooks/{page}.md")), name)

    def test_the_index_names_every_page(self):
        links = re.findall(r"^\| \[([\w-]+)\]\(([\w-]+)\.md\)", README.read_text(), re.M)
        self.assertEqual(sorted(name for name, _ in links), [page.stem for page in PAGES])
        self.assertTrue(all(name == link for name, link in links))

    def test_pages_are_short(self):
        for page in ALL:
            self.assertLessEqual(len(page.read_text().splitlines()), LINES_MAX, page.name)

    def test_codes_and_texts_of_troubleshooting_exist(self):
        table = (ROOT / "src/protocol/error_codes.cpp").read_text()
        known = set(re.findall(r'^    \{"([A-Z_]+)",', table, re.M))
        self.assertGreater(len(known), 100)
        for page in PAGES + [TROUBLESHOOTING]:
            spans = re.findall(r"503 `([A-Z_]+)`|^\| \d+ \| ((?:`[A-Z_]+`(?:, )?)+) \|",
                               page.read_text(), re.M)
            codes = re.findall(r"[A-Z_]+", " ".join(" ".join(span) for span in spans))
            self.assertEqual(sorted(set(codes) - known), [], page.name)
        text = TROUBLESHOOTING.read_text()
        quoted = re.findall(r'^\| (?:[^|"]+ \| )?"([^"]+)" \|', text, re.M)
        self.assertGreater(len(quoted), 20)
        for words in quoted:
            self.assertTrue(f'"{words}' in texts_of_source() or words in texts_of_source(), words)

    def test_statuses_of_troubleshooting_are_those_of_the_api(self):
        reference = (ROOT / "docs/api/README.md").read_text()
        known = set(re.findall(r'\b(\d{3}),\s*"([A-Z_]+)"', texts_of_source()))
        known.update(re.findall(r"(\d{3}) `([A-Z_]+)`", reference))
        for statuses, codes in re.findall(r"^\| (\d{3}[\d, ]*) \| (.*) \|$", reference, re.M):
            known.update((status, code) for status in statuses.split(", ")
                         for code in re.findall(r"`([A-Z_]+)`", codes))
        rows = re.findall(r"^\| (\d{3}) \| ([^|]+) \|", TROUBLESHOOTING.read_text(), re.M)
        self.assertGreater(len(rows), 20)
        for status, codes in rows:
            for code in re.findall(r"[A-Z_]+", codes):
                self.assertIn((status, code), known)

    def test_troubleshooting_has_every_component_of_the_health_report(self):
        names = re.findall(r'\{Dependency::\w+, "(\w+)", Criticality::',
                           (ROOT / "src/operations/health.cpp").read_text())
        text = TROUBLESHOOTING.read_text().split("## `/health`")[1].split("\n## ")[0]
        for name in names:
            self.assertIn(f"`{name}`", text)

    # @spec:R4-AC-08 @spec:R4-RUN-02 @spec:R4-RUN-05 @spec:R4-RUN-07 @spec:R4-RUN-10
    # @spec:R4-RUN-12 @spec:R4-RUN-14
    def test_pages_of_the_specification_say_what_it_asks_for(self):
        self.assertIn("`database-connection-lost`", README.read_text())
        for page, title, wanted in (
                ("store-down", "Impact", ["No orders", "Reads"]),
                ("store-down", "After", ["the cause", "free space", "larger"]),
                ("exchange-down", "Impact", ["No entries and no closes", "Prices"]),
                ("exchange-down", "After", ["missed", "second exchange"]),
                ("out-of-memory", "Impact", ["down until", "WebSockets", "caches"]),
                ("out-of-memory", "Resolution", ["Restart", "raise the limit", "leak", "second"])):
            for words in wanted:
                self.assertIn(words, section(page, title), page)

    def test_names_of_deployment_are_those_of_its_files(self):
        text = README.read_text()
        compose = (ROOT / "deploy/compose.yaml").read_text()
        services = re.findall(r"^  ([\w-]+):$", re.search(
            r"^services:\n(.*?)^volumes:", compose, re.S | re.M)[1], re.M)
        used = re.findall(
            r"docker compose -f (\S+) (?:exec(?: -T)?|stop|logs --tail 1000) ([\w-]+)", text)
        self.assertGreaterEqual(len(used), 4)
        for file, service in used:
            self.assertTrue((ROOT / file).exists())
            self.assertIn(service, services)
        manifest = (ROOT / "deploy/kubernetes/botcored.yaml").read_text()
        name = re.search(r"kind: StatefulSet\nmetadata:\n  name: (\w+)", manifest)[1]
        claim = re.search(r"volumeClaimTemplates:\s*- metadata:\s*(?:\{name: |name: )(\w+)",
                          manifest)[1]
        self.assertEqual(set(re.findall(r"kubectl (?:exec(?: -it)?|logs) ([\w-]+)", text)),
                         {f"{name}-0"})
        self.assertEqual(set(re.findall(r"statefulset[ /](\w+)", text)), {name})
        self.assertIn(f"`{claim}-{name}-0`", text)
        units = set(re.findall(r"(?:systemctl \w+|journalctl -u) (\w+)", text))
        self.assertEqual(units, {file.stem for file in (ROOT / "deploy/systemd").glob("*.service")})

    def test_metrics_and_keys_exist(self):
        metrics = (ROOT / "src/observability/metric_table.cpp").read_text()
        keys = "".join(p.read_text() for p in sorted((ROOT / "src/host").glob("*.cpp")))
        for page in PAGES + [ROOT / "docs" / "dependencies.md"]:
            text = page.read_text()
            for metric in re.findall(r"`(\w+_(?:total|seconds|mode|status|unknown))[{` ]", text):
                self.assertTrue(f'"{metric}"' in metrics, f"{page.name}: {metric}")
            for key in re.findall(r"`((?:store|trading|market|maintenance|reliability)\.\w+)`",
                                  text):
                self.assertTrue(f'"{key}"' in keys, f"{page.name}: {key}")

    # @spec:R1-AC-17 @spec:R1-DEP-01 @spec:R1-DEP-02
    def test_the_page_of_dependencies_agrees_with_the_table(self):
        rows = re.findall(r'\{Dependency::\w+, "(\w+)", Criticality::(\w+)',
                          (ROOT / "src/operations/health.cpp").read_text())
        self.assertEqual(len(rows), 12)
        text = (ROOT / "docs" / "dependencies.md").read_text()
        for name, criticality in rows:
            self.assertRegex(text, rf"\| `{name}` \| {criticality.lower()} \|")

    def test_links_point_to_existing_files(self):
        for page in ALL + [ROOT / "docs/dependencies.md"]:
            for link in re.findall(r"\]\(([^)#:]+)(?:#[\w-]+)?\)", page.read_text()):
                self.assertTrue((page.parent / link).exists(), f"{page.name}: {link}")


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""Runbooks: a page for each degraded mode, all sections on each page, and commands that exist.

Run:  python3 tools/runbooks_test.py
"""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = sorted(p for p in (ROOT / "docs" / "runbooks").glob("*.md") if p.name != "README.md")
SECTIONS = ["Symptoms", "Impact", "Diagnosis", "Resolution", "After"]
TOOLS = {"curl", "df", "du", "ls", "date"}


def botctl_commands():
    """Names of commands, and of the groups' commands as "group name"."""
    text = "".join(file.read_text() for file in sorted((ROOT / "src/apps/botctl").glob("*.cpp")))
    groups = dict(re.findall(r'CLI::App\* (\w+) =\s*app\.add_subcommand\(\s*"([\w-]+)"', text))
    names = set()
    for parent, name in re.findall(r'\badd\(\s*(\*?\w+),\s*chosen,\s*"([\w-]+)"', text):
        names.add(name if parent == "app" else f"{groups[parent.lstrip('*')]} {name}")
    return names


def commands_of(page):
    """Lines of shell blocks, and botctl commands in running text."""
    text = page.read_text()
    for block in re.findall(r"```sh\n(.*?)```", text, re.S):
        yield from (line.strip() for line in block.splitlines() if line.strip())
    yield from re.findall(r"`(botctl [^`]+)`", re.sub(r"```sh\n.*?```", "", text, flags=re.S))


class Runbooks(unittest.TestCase):
    def test_each_degraded_mode_has_a_page(self):
        table = (ROOT / "src/operations/degraded_mode.cpp").read_text()
        modes = re.findall(r'\{DegradedMode::\w+,\s*"(\w+)",\s*(?:"[^"]*"\s*)+,\s*"([\w-]+)"\}',
                           table)
        self.assertEqual(len(modes), table.count("{DegradedMode::"))
        index = (ROOT / "docs/runbooks/README.md").read_text()
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
        index = (ROOT / "docs/runbooks/README.md").read_text()
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
        known = botctl_commands()
        self.assertIn("maintenance schedule", known)
        for page in PAGES:
            for command in commands_of(page):
                words = command.split()
                if words[0] != "botctl":
                    self.assertIn(words[0], TOOLS, f"{page.name}: {command}")
                    continue
                pair = " ".join(words[1:3])
                self.assertTrue(words[1] in known or pair in known, f"{page.name}: {command}")

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
        for page in PAGES + [ROOT / "docs/dependencies.md", ROOT / "docs/runbooks/README.md"]:
            for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
                self.assertTrue((page.parent / link).exists(), f"{page.name}: {link}")


if __name__ == "__main__":
    unittest.main()

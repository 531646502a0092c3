#!/usr/bin/env python3
"""The table of default limits in docs/architecture.md agrees with the program: it has each limit
with the default of the configuration, and the README links to it.

Run:  python3 tools/limits_page_test.py
"""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
COLUMNS = ["key", "default", "what it does", "how long", "who may end it"]


def defaults():
    """Default by name, from the table in the source."""
    sources = sorted((ROOT / "src/host").glob("*.cpp"))
    table = "\n".join(path.read_text() for path in sources)
    return dict(re.findall(r'ConfigKey\{\s*"([a-z0-9_.]+)",\s*Kind::\w+,\s*"([^"]*)"', table))


def section():
    page = (ROOT / "docs/architecture.md").read_text()
    return re.search(r"^## Default limits$(.*?)(?=^## )", page, re.M | re.S).group(1)


def rows():
    return [[cell.strip() for cell in line.strip("|").split("|")]
            for line in section().splitlines() if line.startswith("|")]


class LimitsPage(unittest.TestCase):
    def test_each_limit_is_there_with_its_default(self):
        head, _, *body = rows()
        self.assertEqual(head, COLUMNS)
        shown = {row[0].strip("`"): row[1] for row in body}
        self.assertEqual(len(shown), len(body), "a key is listed twice")
        known = defaults()
        limits = {key for key in known
                  if key.startswith(("risk.", "limits.", "auth.lockout_"))
                  or key.endswith("_max") and key.startswith("websocket.")}
        self.assertGreater(len(limits), 20)
        self.assertEqual(limits - set(shown), set())
        self.assertEqual(shown, {key: known.get(key) for key in shown})

    def test_each_row_has_all_cells(self):
        for row in rows()[2:]:
            self.assertEqual(len(row), len(COLUMNS), row)
            self.assertTrue(all(row), row)

    def test_each_refusal_is_a_code_of_the_api(self):
        codes = set(re.findall(r"`([A-Z]+_[A-Z_]+)`", section()))
        self.assertGreater(len(codes), 8)
        api = (ROOT / "docs/api/openapi.json").read_text()
        self.assertEqual({code for code in codes if f'"{code}"' not in api}, set())

    def test_the_readme_links_to_it(self):
        readme = (ROOT / "README.md").read_text()
        self.assertIn("](docs/architecture.md#default-limits)", readme)
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", readme):
            self.assertTrue((ROOT / link).exists(), link)


if __name__ == "__main__":
    unittest.main()

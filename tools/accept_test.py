#!/usr/bin/env python3
"""Tags are read as documented, wrong ones are refused, and all tags of this tree are known."""
# @spec:R1-DOC-01
import pathlib
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from dev import accept, suite  # noqa: E402

AT = "@spec" + ":"


class Accept(unittest.TestCase):
    def test_finds_the_test_below_a_tag(self):
        lines = [f"// {AT}R2-CB-03 R2-CB-04", f"// {AT}I9 and prose",
                 "TEST(Breaker,", "     Opens) {"]
        found = list(accept.scan_cpp("x_test.cpp", lines))
        self.assertEqual([ids for ids, _, _ in found], [["R2-CB-03", "R2-CB-04"], ["I9"]])
        self.assertEqual({evidence.name for _, evidence, _ in found}, {"Breaker.Opens"})

    def test_tags_anywhere_in_a_script_count(self):
        lines = ['"""What it shows. ' + AT + 'R1-DOC-01"""', f"# {AT}R2-CB-03 {AT}R2-CB-04"]
        lines += ["x = 1"] * 100
        lines += ["class Some(unittest.TestCase):", f"    # {AT}I9", "    # More about it.",
                  "    def test_of_exits(self):", f"        pass  # {AT}I8, as stated"]
        found = [(ids, evidence.name, line)
                 for ids, evidence, line in accept.scan_script("tools/some_test.py", lines)]
        self.assertEqual(found, [
            (["R1-DOC-01"], "some_test", 1), (["R2-CB-03", "R2-CB-04"], "some_test", 2),
            (["I9"], "some_test.test_of_exits", 104), (["I8"], "some_test", 107)])
        for _, evidence, _ in accept.scan_script("tools/some_test.py", lines):
            self.assertRegex("rules.some_test", evidence.pattern)
            self.assertNotRegex("rules.some_test_too", evidence.pattern)

    def test_tags_in_headers_count(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "tests" / "store_conformance.hpp"
            file.parent.mkdir()
            file.write_text(f"// {AT}I12\nTYPED_TEST_P(Store, Keeps) {{}}\n", "utf-8")
            self.assertEqual([(ids, evidence.name) for ids, evidence, _, _ in
                              accept.scan(pathlib.Path(folder))], [(["I12"], "Store.Keeps")])

    def test_readme_shows_what_the_matrix_says(self):
        begin, end = accept.evidence_table.BEGIN, accept.evidence_table.END
        with tempfile.TemporaryDirectory() as folder:
            page, readme = (pathlib.Path(folder) / name for name in ("matrix.md", "README.md"))
            readme.write_text(f"# x\n\n{begin}\nold\n{end}\n\nthe rest\n", "utf-8")
            rows = {one: accept.Row(one, "t", "", result=result) for one, result in
                    (("I1", "pass"), ("I2", "fail"), ("R2-CB-01", "not yet"))}
            accept.write_pages(rows, page, readme)
            text = readme.read_text("utf-8")
        self.assertIn("| invariants of trading | 2 | 1 | 0 |", text)
        self.assertNotIn("old", text)
        self.assertTrue(text.startswith(f"# x\n\n{begin}\n") and text.endswith("the rest\n"))

    def test_no_tag_of_this_tree_is_overlooked(self):
        written = set()
        for folder in accept.FOLDERS:
            for path in sorted((accept.paths.ROOT / folder).rglob("*")):
                name = str(path.relative_to(accept.paths.ROOT))
                if not path.is_file() or name.startswith(("tools/dev/", "tests/s3/node_modules/",
                                                          "tests/fuzz/corpus/")):
                    continue
                lines = path.read_text("utf-8", errors="replace").splitlines()
                written |= {(name, number) for number, line in enumerate(lines, 1) if AT in line}
        self.assertGreater(len(written), 300)
        self.assertEqual(written, {(file, line) for _, _, file, line in accept.scan()})

    def test_a_tag_without_a_test_is_an_error(self):
        tags = [(ids, evidence, "x.cpp", line) for ids, evidence, line in
                accept.scan_cpp("x.cpp", [f"// {AT}I1", "int x;", "TEST(A, B) {"])]
        self.assertEqual(len(accept.collect(accept.read_requirements(), tags)), 1)

    def test_an_unknown_or_missing_id_is_an_error(self):
        evidence = accept.Evidence("A.B", "A.B", "x.cpp")
        for ids in (["R9-NONE-01"], []):
            errors = accept.collect(accept.read_requirements(), [(ids, evidence, "x.cpp", 1)])
            self.assertEqual(len(errors), 1)

    def test_a_header_names_its_part_of_the_specification(self):
        part = accept.PARTS[1]
        rows = accept.read_requirements()
        tags = [(ids, evidence, "src/x.hpp", line) for ids, evidence, line in
                accept.scan_cpp("src/x.hpp", [f"/// {AT}{part}", "", "class X;"])]
        self.assertEqual(accept.collect(rows, tags), [])
        self.assertEqual(accept.parts_without_module(tags),
                         [one for one in accept.PARTS if one != part])
        for ids, file in (([part], "src/x.cpp"), (["NFR-RELIABILITY-005"], "src/x.hpp"),
                          ([part, "I9"], "src/x.hpp")):
            self.assertEqual(len(accept.collect(rows, [(ids, None, file, 1)])), 1, (ids, file))
            self.assertEqual(accept.parts_without_module([(ids, None, file, 1)]), accept.PARTS)

    def test_every_part_of_the_specification_has_modules_that_name_it_first(self):
        tags = list(accept.scan())
        self.assertEqual(accept.parts_without_module(tags), [])
        for ids, _, file, number in tags:
            if accept.is_part(ids, file):
                above = (accept.paths.ROOT / file).read_text("utf-8").splitlines()[:number]
                self.assertTrue(all(line.startswith("///") for line in above[2:]), file)

    def test_the_result_is_the_worst_of_the_tests(self):
        row = accept.Row("I1", "title", "")
        self.assertEqual(accept.result_of(row, {}), "not yet")
        row.evidence = [accept.Evidence("A.B", r"(^|/)A([/<][^.]*)?\.B(/|$)", "x")]
        self.assertEqual(accept.result_of(row, {}), "not run")
        self.assertEqual(accept.result_of(row, {"A.B": {"dev": "skip"}}), "not run")
        self.assertEqual(accept.result_of(row, {"All/A.B/3": {"dev": "pass"}}), "pass")
        self.assertEqual(accept.result_of(row, {"A.B": {"dev": "pass", "gcc": "fail"}}), "fail")
        self.assertEqual(accept.result_of(row, {"A.Bee": {"dev": "pass"}}), "not run")

    def test_a_test_that_did_not_run_counts_as_failed(self):
        cases = {
            '<testcase name="a" status="run"/>': "pass",
            '<testcase name="a" status="fail"><failure message=""/></testcase>': "fail",
            '<testcase name="a" status="notrun">'
            '<skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/></testcase>': "skip",
            '<testcase name="a" status="disabled"/>': "skip",
            '<testcase name="a" status="notrun"><skipped message="Unable to find executable"/>'
            '</testcase>': "fail",
        }
        for text, expected in cases.items():
            self.assertEqual(suite.outcome(xml.fromstring(text)), expected, text)
        self.assertFalse(suite.Counts().ok())
        self.assertFalse(suite.Counts(passed=9, failed=1).ok())
        self.assertEqual(suite.Counts(2, 0, 1).line(), "2 passed, 0 failed, 1 skipped")

    def test_every_tag_of_this_tree_names_a_known_row(self):
        self.assertEqual(accept.collect(accept.read_requirements(), accept.scan()), [])


if __name__ == "__main__":
    unittest.main()

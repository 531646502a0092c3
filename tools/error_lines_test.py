#!/usr/bin/env python3
"""Which lines ./dev coverage counts as handling errors."""
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from dev import error_lines  # noqa: E402


def lines(text):
    return [line for line, _ in error_lines.lines_of(text)]


class ErrorLines(unittest.TestCase):
    def test_a_statement_that_fails(self):
        self.assertEqual(error_lines.lines_of("void f() {\n    if (x) return Failure{1};\n}\n"),
                         [(2, 12)])
        self.assertEqual(lines("int f() {\n  a();\n  return base::Failure{\n    1};\n}\n"), [3, 4])
        self.assertEqual(lines("void f() {\n  call.fail(400);\n  b();\n  throw E();\n}\n"), [2, 4])

    def test_a_rule_that_is_broken(self):
        self.assertEqual(lines("void f() {\n a();\n return RuleBreach{Reason::X,\n  text};\n}\n"),
                         [3, 4])
        self.assertEqual(lines("void f() {\n if (x) return price_breach(y);\n}\n"), [2])
        self.assertEqual(lines("void f() {\n if (auto breach = broken_rule(x)) return g(breach);\n"
                               "}\n"), [])

    def test_a_conditional_block_that_ends_with_one(self):
        self.assertEqual(lines("int f() {\n if (x) {\n  a();\n  b({1, 2});\n  return refused();\n"
                               " }\n return 1;\n}\n"), [3, 4, 5])
        self.assertEqual(lines("int f() {\n if (x) {\n  return refused();\n } else {\n  a();\n }\n"
                               " return 1;\n}\n"), [3])

    def test_a_function_that_ends_with_one_is_no_error_by_itself(self):
        self.assertEqual(lines("int f() {\n a();\n return Failure{1};\n}\n"), [3])
        self.assertEqual(lines("auto g = [](int a) {\n a++;\n return Failure{1};\n};\n"), [3])

    def test_a_catch_whatever_it_does(self):
        self.assertEqual(lines("void f() {\n try {\n  a();\n } catch (const E& e) {\n  b();\n }\n"
                               " c();\n}\n"), [5])

    def test_a_line_of_the_log(self):
        self.assertEqual(lines("void f() {\n log.write(log::Level::Warn,\n  x);\n"
                               " log.write(log::Level::Info, x);\n}\n"), [2, 3])

    def test_cases(self):
        self.assertEqual(lines("int f() {\n switch (x) {\n  case A::B:\n   return 1;\n"
                               "  case A::C:\n   return failure(1);\n }\n return 2;\n}\n"), [6])

    def test_strings_and_comments_do_not_count(self):
        self.assertEqual(lines('void f() {\n a("throw");  // throw\n b(1\'000);\n}\n'), [])

    def test_similar_names_do_not_count(self):
        self.assertEqual(lines("void f() {\n count_failures_of_all();\n log.failures(3);\n}\n"), [])

    def test_counts_come_from_the_region_of_the_place(self):
        text = "int f() {\n  if (x) return Failure{1};\n  return 2;\n}\n"
        segments = [[1, 9, 5, True, True, False], [2, 10, 0, True, True, False],
                    [2, 27, 5, True, False, False], [4, 2, 0, False, False, False]]
        self.assertEqual(error_lines.error_lines_reached(text, segments), ([2], [2]))
        segments[1][2] = 1
        self.assertEqual(error_lines.error_lines_reached(text, segments), ([2], []))
        self.assertEqual(error_lines.error_lines_reached(text, []), ([], []))


if __name__ == "__main__":
    unittest.main()

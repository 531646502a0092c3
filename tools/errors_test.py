#!/usr/bin/env python3
"""Every error value of the project is asserted by a test; the search itself can fail."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from dev import errors  # noqa: E402

HEADER = """
enum class Reason : std::uint8_t {
    None = 0,
    PriceStale = 2,  ///< Too old, or none at all.
    DiskFull = 5,
};
enum class Side { Buy, Sell };
struct OpenError {
    enum class Kind { Corrupt, TooNew };
    Kind kind;
};
enum class CommitResult { Committed, Conflict };
"""


class Errors(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        for name in ("src/model", "src/api", "tests", "sim"):
            (self.root / name).mkdir(parents=True)
        self.write("src/model/order.hpp", HEADER)

    def tearDown(self):
        self.folder.cleanup()

    def write(self, name, text):
        (self.root / name).write_text(text, encoding="utf-8")

    def seen_by(self, test):
        self.write("src/model/order_test.cpp", test)
        values, wrong = errors.collect(self.root)
        return {name: value.tests for name, value in values.items() if value.tests}, wrong

    def test_finds_the_values_and_leaves_the_rest(self):
        self.write("src/api/api.cpp", """
            call.fail(503,
                      "NOT_THE_WRITER", "ask another");
            const char* unit = "NO_CODE_HERE";
            constexpr ErrorResponse kTooLate{504, "TIMEOUT", "too late"};
            // call.fail(400, "ONLY_A_COMMENT")
        """)
        self.assertEqual(set(errors.values_of(self.root)), {
            "Reason::PriceStale", "Reason::DiskFull", "OpenError::Kind::Corrupt",
            "OpenError::Kind::TooNew", "CommitResult::Conflict", "NOT_THE_WRITER", "TIMEOUT"})

    def test_an_assertion_counts_and_a_mention_does_not(self):
        found, wrong = self.seen_by("""
TEST(Latch, RefusesStalePrices) {
    order.reason = Reason::DiskFull;
    EXPECT_EQ(refusal(),
              Reason::PriceStale);
}
TEST(File, IsDamaged) { ASSERT_EQ(error.kind, OpenError::Kind::Corrupt); }
""")
        self.assertEqual(wrong, [])
        self.assertEqual(found, {"Reason::PriceStale": ["Latch.RefusesStalePrices"],
                                 "OpenError::Kind::Corrupt": ["File.IsDamaged"]})

    def test_the_api_s_spelling_and_a_tag_count_too(self):
        found, wrong = self.seen_by("""
// @error:OpenError::Kind::TooNew, CommitResult::Conflict
TEST(Store, RefusesItAll) {
    EXPECT_EQ(code, "PRICE_STALE");
}
""")
        self.assertEqual(wrong, [])
        self.assertEqual(set(found), {"OpenError::Kind::TooNew", "CommitResult::Conflict",
                                      "Reason::PriceStale"})

    def test_a_value_in_a_switch_only_is_not_returned(self):
        self.write("src/model/gates.cpp", """
            case Reason::DiskFull: return 503;
            return model::Reason::PriceStale;
        """)
        values, _ = errors.collect(self.root)
        self.assertTrue(values["Reason::PriceStale"].returned)
        self.assertFalse(values["Reason::DiskFull"].returned)

    def test_a_tag_without_its_value_is_wrong(self):
        _, wrong = self.seen_by("// @error:Reason::Gone\nTEST(A, B) {}\n")
        self.assertEqual(len(wrong), 1)

    def test_every_error_value_is_returned_by_a_test(self):
        values, wrong = errors.collect()
        self.assertGreater(len(values), 50)
        self.assertEqual(wrong, [])
        missing = sorted(name for name, value in values.items()
                         if value.returned and not value.tests)
        self.assertEqual(missing, [])


if __name__ == "__main__":
    unittest.main()

#include "tests/conformance/sqlite_harness.hpp"

namespace botcore::conformance {

INSTANTIATE_TEST_SUITE_P(
    Sqlite,
    StoreConformance,
    testing::Values(StoreKind{
        "file", [] { return std::make_unique<SqliteHarness>(store_sqlite::Synchronous::Full); }}),
    name_of);

}  // namespace botcore::conformance

#pragma once

/// A SQLite store in a folder of its own, on a ForgetfulVfs disk: for the conformance suite and the
/// durability tests.

#include "adapters/store_sqlite/sqlite_store.hpp"
#include "tests/conformance/forgetful_vfs.hpp"
#include "tests/conformance/store_conformance.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace botcore::conformance {

using scratch::TemporaryFolder;

class SqliteHarness final : public StoreHarness {
public:
    explicit SqliteHarness(store_sqlite::Synchronous synchronous);
    ~SqliteHarness() override;

    ports::Store& store() override { return *store_; }

    void reopen() override;
    bool crash() override;
    bool make_unavailable() override;
    std::unique_ptr<ports::Store> second_writer() override;

    /// Whether the power may fail again soon after the restart.
    enum class Again : std::uint8_t { No, Maybe };

    /// Cuts the power if it is still on, and starts again with the data that `loss` leaves. False
    /// when the store does not open, which only happens when it does not sync.
    bool crash_with(Loss loss, base::Random& random, Again again);

    [[nodiscard]] ForgetfulVfs& disk() { return disk_; }

    [[nodiscard]] store_sqlite::SqliteOptions& options() { return options_; }

    [[nodiscard]] std::string path() const { return options_.path; }

private:
    [[nodiscard]] bool open();

    TemporaryFolder folder_;
    ForgetfulVfs disk_;
    store_sqlite::SqliteOptions options_;
    std::unique_ptr<store_sqlite::SqliteStore> store_;
};

}  // namespace botcore::conformance

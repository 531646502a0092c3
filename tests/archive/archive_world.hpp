#pragma once

/// A trading core in this process, its store, and an archive in a folder beside it.

#include "adapters/archive_folder/folder_repository.hpp"
#include "adapters/store_sqlite/file_reader.hpp"
#include "adapters/store_sqlite/sqlite_backup.hpp"
#include "adapters/store_sqlite/sqlite_store.hpp"
#include "services/archive/restore.hpp"
#include "services/archive/shipper.hpp"
#include "tests/bench/in_process_core.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace botcore::archive_tests {
namespace names = archive::names;

/// 2026-11-23T12:00:00Z.
inline constexpr base::Timestamp kNow = base::Timestamp::from_milliseconds(1'795'435'200'000);

[[nodiscard]] std::unique_ptr<store_sqlite::SqliteStore> open_store(const std::string& path);
/// The port to all stores of these tests; any thread may use it.
[[nodiscard]] ports::StoreBackup& stores();
/// The store in a file.
[[nodiscard]] archive::StorePlace place_of(const std::filesystem::path& store);
/// Each reads the file through a read-only connection.
[[nodiscard]] std::string hash_of(const std::filesystem::path& store);
[[nodiscard]] model::Head head_of(const std::filesystem::path& store);

/// A repository and the key for it.
struct Vault {
    explicit Vault(const std::filesystem::path& folder);

    /// The file with the sealed bytes of an object, for tests that damage it.
    [[nodiscard]] std::filesystem::path file_of(std::string_view object) const;
    /// The names of all objects, ascending.
    [[nodiscard]] std::vector<std::string> objects();

    std::filesystem::path folder;
    std::unique_ptr<ports::Repository> repository;
    archive::ArchiveKey key;
    archive::Archive archive;
};

/// A store on which a core trades, with its own archive shipper.
class TradingStore {
public:
    TradingStore(std::filesystem::path path, Vault& vault, std::uint64_t seed);

    /// Places orders and waits for their replies.
    void trade(std::size_t orders) { core_->trade(orders); }

    /// Ships all records to the archive.
    void ship();

    void snapshot(base::Timestamp now);
    /// Ends the core and closes the store.
    void close();

    [[nodiscard]] std::string hash() { return hash_of(path_); }

    [[nodiscard]] model::Head head() { return head_of(path_); }

    [[nodiscard]] const archive::ShippedState& shipped() const { return shipper_->state(); }

    [[nodiscard]] archive::Shipper& shipper() { return *shipper_; }

    [[nodiscard]] ports::StoreReader& reader() { return *reader_; }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
    Vault& vault_;
    std::unique_ptr<store_sqlite::SqliteStore> store_;
    std::unique_ptr<bench::InProcessCore> core_;
    std::unique_ptr<store_sqlite::SqliteReader> reader_;
    std::unique_ptr<archive::Shipper> shipper_;
};

}  // namespace botcore::archive_tests

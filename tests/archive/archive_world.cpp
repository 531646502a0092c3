#include "tests/archive/archive_world.hpp"

#include "adapters/store_sqlite/timeline.hpp"
#include "base/check.hpp"
#include "runtime/rebuild.hpp"

#include <utility>

namespace botcore::archive_tests {

namespace fs = std::filesystem;

namespace {

std::unique_ptr<ports::Repository> open_folder(const fs::path& folder) {
    auto opened = archive_folder::FolderRepository::open(folder);
    CHECK(opened.has_value());
    return std::move(opened).value();
}

archive::ArchiveKey key_in(const fs::path& file) {
    auto key =
        fs::exists(file) ? archive::ArchiveKey::load(file) : archive::ArchiveKey::create(file);
    CHECK(key.has_value());
    return std::move(key).value();
}

std::unique_ptr<store_sqlite::SqliteReader> open_reader(const fs::path& store) {
    auto reader = store_sqlite::open_reader(store);
    CHECK(reader.has_value());
    return std::move(reader).value();
}

}  // namespace

std::unique_ptr<store_sqlite::SqliteStore> open_store(const std::string& path) {
    store_sqlite::SqliteOptions options;
    options.path = path;
    options.reserve_bytes = 0;
    options.synchronous = store_sqlite::Synchronous::Off;
    auto opened = store_sqlite::SqliteStore::open(std::move(options));
    CHECK(opened.has_value());
    return std::move(opened).value();
}

ports::StoreBackup& stores() {
    static store_sqlite::SqliteBackup stores;
    return stores;
}

archive::StorePlace place_of(const fs::path& store) {
    return {stores(), store};
}

std::string hash_of(const fs::path& store) {
    const auto hash = runtime::state_hash(*open_reader(store));
    CHECK(hash.has_value());
    return hash.value();
}

model::Head head_of(const fs::path& store) {
    const auto head = open_reader(store)->head();
    CHECK(head.has_value());
    return head.value();
}

Vault::Vault(const fs::path& where)
    : folder(where),
      repository(open_folder(where)),
      key(key_in(where.string() + ".key")),
      archive(*repository, key) {
}

fs::path Vault::file_of(std::string_view object) const {
    return folder / object;
}

std::vector<std::string> Vault::objects() {
    const auto listed = repository->list("timeline/", {});
    CHECK(listed.has_value());
    std::vector<std::string> objects;
    for (const auto& object : listed.value())
        objects.push_back(object.name);
    return objects;
}

TradingStore::TradingStore(fs::path path, Vault& vault, std::uint64_t seed)
    : path_(std::move(path)),
      vault_(vault),
      store_(open_store(path_)) {
    const bool is_new = head_of(path_).sequence == 0;
    core_ = std::make_unique<bench::InProcessCore>(*store_, seed);
    if (is_new) core_->open_accounts(3);
    reader_ = open_reader(path_);
    const auto timeline = store_sqlite::timeline_of(path_);
    CHECK(timeline.has_value());
    shipper_ = std::make_unique<archive::Shipper>(*reader_, vault_.archive, timeline.value());
}

void TradingStore::ship() {
    while (shipper_->step(kNow)) {
    }
}

void TradingStore::snapshot(base::Timestamp now) {
    // A timeline begins with the first shipping; a snapshot needs an existing timeline.
    const auto starts = vault_.archive.timelines();
    CHECK(starts.has_value());
    if (starts.value().empty()) ship();
    const fs::path copy = path_.string() + "-copy";
    CHECK(stores().copy(path_, copy, ports::CopyPace::Full, {}));
    CHECK(archive::put_snapshot(vault_.archive, place_of(copy), now, {}));
    stores().remove(copy);
}

void TradingStore::close() {
    shipper_.reset();
    reader_.reset();
    core_.reset();
    store_.reset();
}

}  // namespace botcore::archive_tests

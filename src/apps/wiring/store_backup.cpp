#include "apps/wiring/store_backup.hpp"

#include "adapters/store_sqlite/sqlite_backup.hpp"

namespace botcore::apps {

std::unique_ptr<ports::StoreBackup> make_store_backup() {
    return std::make_unique<store_sqlite::SqliteBackup>();
}

}  // namespace botcore::apps

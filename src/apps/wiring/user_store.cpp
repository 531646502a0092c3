#include "apps/wiring/user_store.hpp"

#include "adapters/store_sqlite/sqlite_users.hpp"

namespace botcore::apps {

base::Result<std::unique_ptr<ports::UserStore>, std::string> open_user_store(
    const std::filesystem::path& data) {
    return std::unique_ptr<ports::UserStore>(
        TRY(store_sqlite::SqliteUsers::open((data / "users.sqlite").string())));
}

}  // namespace botcore::apps

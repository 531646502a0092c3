#pragma once

/// `ports::ServiceStore` in a SQLite file of its own, `services.sqlite` (WAL, synchronous=FULL). A
/// thread, "service-store", writes it (docs/adr/0018-thread-for-service-rows.md).

#include "adapters/store_sqlite/database.hpp"
#include "ports/service_store.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace botcore::store_sqlite {

class SqliteServices final : public ports::ServiceStore {
public:
    /// Runs work later on the loop's thread; called from the thread of the store.
    using Post = std::function<void(std::function<void()>)>;

    /// Creates the file with mode 0600 if it does not exist. The error says what went wrong.
    [[nodiscard]] static base::Result<std::unique_ptr<SqliteServices>, std::string> open(
        const std::string& path, Post post);

    /// Writes what waits, once: what the disk does not accept now is lost.
    ~SqliteServices() override;

    [[nodiscard]] base::Result<std::vector<ports::ServiceRow>, std::string> rows(
        std::string_view kind) override;
    void change(std::vector<ports::ServiceChange> changes, Done done) override;
    [[nodiscard]] std::string error() const override;

private:
    struct Waiting {
        std::vector<ports::ServiceChange> changes;
        Done done;
    };

    SqliteServices(Database database, Post post);

    void run(const std::stop_token& stop);
    [[nodiscard]] SqlOutcome write(const std::deque<Waiting>& all);
    void report_done(std::deque<Waiting> all);

    Database database_;  // Used by the thread once there was a change.
    Post post_;
    std::shared_ptr<int> alive_ = std::make_shared<int>();  ///< V2.
    mutable std::mutex mutex_;                              // Guards the queue and the error.
    std::condition_variable_any changed_;
    std::deque<Waiting> waiting_;
    std::string error_;
    std::jthread thread_;
};

}  // namespace botcore::store_sqlite

#pragma once

/// `ports::UserStore` in a SQLite file of its own, `users.sqlite` (WAL, synchronous=FULL).

#include "adapters/store_sqlite/database.hpp"
#include "ports/user_store.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace botcore::store_sqlite {

class SqliteUsers final : public ports::UserStore {
public:
    template <class T>
    using Result = ports::UserStoreResult<T>;
    using Outcome = ports::UserStoreOutcome;

    /// Creates the file with mode 0600 if it does not exist. The error says what went wrong.
    [[nodiscard]] static base::Result<std::unique_ptr<SqliteUsers>, std::string> open(
        const std::string& path);

    [[nodiscard]] Outcome transact(const std::function<Outcome()>& work) override;

    [[nodiscard]] Result<Added> add(const ports::User& user,
                                    const ports::Credentials& credentials) override;
    [[nodiscard]] Result<Added> save(const ports::User& user) override;
    [[nodiscard]] Outcome save(const model::Owner& id,
                               const ports::Credentials& credentials) override;
    [[nodiscard]] Result<std::optional<ports::User>> find(const model::Owner& id) override;
    [[nodiscard]] Result<std::optional<ports::User>> find_email(const std::string& email) override;
    [[nodiscard]] Result<ports::Credentials> credentials(const model::Owner& id) override;
    [[nodiscard]] Result<std::vector<ports::User>> list(const model::Owner& after,
                                                        std::size_t limit) override;
    [[nodiscard]] Result<std::int64_t> count() override;

    [[nodiscard]] Outcome remember_password(const model::Owner& id,
                                            const std::string& hash,
                                            std::size_t keep) override;
    [[nodiscard]] Result<std::vector<std::string>> passwords(const model::Owner& id) override;

    [[nodiscard]] Outcome add(const ports::Session& session) override;
    [[nodiscard]] Result<std::vector<ports::Session>> sessions(const model::Owner& user) override;
    [[nodiscard]] Result<bool> remove_session(const model::Owner& user,
                                              const std::string& id) override;
    [[nodiscard]] Outcome remove_sessions(const model::Owner& user,
                                          const std::string& except) override;
    [[nodiscard]] Outcome remove_expired(base::Timestamp now, base::Duration ahead_max) override;

private:
    explicit SqliteUsers(Database database) : database_(std::move(database)) {}

    [[nodiscard]] Result<Statement> prepare(std::string_view sql);
    [[nodiscard]] Result<std::optional<ports::User>> find_by(const std::string& condition,
                                                             const std::string& value);

    Database database_;
};

}  // namespace botcore::store_sqlite

#pragma once

/// The port `StoreBackup` for stores in SQLite files: a location is the path of the file. What lies
/// beside the file (log, reserve, mark) is this folder's own affair.

#include "ports/store_backup.hpp"

namespace botcore::store_sqlite {

class SqliteBackup final : public ports::StoreBackup {
public:
    [[nodiscard]] base::Result<std::unique_ptr<ports::StoreReader>, std::string> open_reader(
        const std::string& store) override;
    [[nodiscard]] base::Result<std::unique_ptr<ports::Store>, std::string> open_store(
        const std::string& store) override;
    [[nodiscard]] base::Result<model::TimelineIdentity, std::string> timeline_of(
        const std::string& store) override;
    [[nodiscard]] base::Outcome<std::string> set_timeline(
        const std::string& store, const model::TimelineIdentity& identity) override;
    [[nodiscard]] base::Outcome<std::string> copy(const std::string& from,
                                                  const std::string& to,
                                                  ports::CopyPace pace,
                                                  const ports::CopyProgress& progress) override;
    [[nodiscard]] base::Result<std::string, std::string> replace(const std::string& made,
                                                                 const std::string& store,
                                                                 const std::string& time) override;
    void remove(const std::string& store) override;
    [[nodiscard]] std::string older_copy_of(const std::string& store) const override;
    [[nodiscard]] base::Result<std::unique_ptr<ports::ChangeCounter>, std::string> watch(
        const std::string& database) override;
};

}  // namespace botcore::store_sqlite

#pragma once

/// Summarizes what a store holds, so that an operator can compare two stores and see what would be
/// lost if one replaced the other.

#include "base/result.hpp"
#include "model/record.hpp"
#include "ports/store_backup.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace botcore::botctl {

struct StoreSummary {
    model::Head head;
    std::uint64_t trades = 0;
    std::vector<model::Position> positions;  ///< The open ones.
};

/// Opens the store read-only; its daemon may run. The error says why the store cannot be read.
[[nodiscard]] base::Result<StoreSummary, std::string> summarize_store(
    ports::StoreBackup& stores, const std::filesystem::path& store);

[[nodiscard]] boost::json::object to_json(const StoreSummary& picture);
/// "95 records until 2026-11-23T12:00:00.000Z, 12 trades, positions: futures BTCUSDT LONG 0.009".
[[nodiscard]] std::string to_text(const StoreSummary& picture);

/// The records that one store has and another does not. Two stores have a record in common if it
/// has the same hash in both; then they also have all records before it in common.
struct Loss {
    model::Sequence first = 0;  ///< The first of the records that would be lost; 0: none.
    model::Sequence last = 0;
    base::Timestamp since;  ///< When the record `first` was made.
    base::Timestamp until;  ///< When the record `last` was made.
    std::uint64_t trades = 0;
    std::vector<std::string> named;  ///< The first of the lost trades, for people.

    [[nodiscard]] std::uint64_t records() const { return first == 0 ? 0 : last - first + 1; }
};

/// Finds the records that `here` has and `there` does not.
[[nodiscard]] base::Result<Loss, std::string> loss_between(ports::StoreBackup& stores,
                                                           const std::filesystem::path& here,
                                                           const std::filesystem::path& there);

[[nodiscard]] boost::json::object to_json(const Loss& loss);
[[nodiscard]] std::vector<std::string> to_lines(const Loss& loss);

}  // namespace botcore::botctl

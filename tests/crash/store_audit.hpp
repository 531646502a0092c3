#pragma once

/// Judges a stopped daemon's store against what its clients were promised. It reads the rows by its
/// own rules, and lets the journal be folded by `runtime::verify` besides.
///
/// Lost: an acknowledged reply that is not stored with the same bytes, an acknowledged order that
/// is not there, or one that went backwards. Doubled: a key with two orders, an order under a key
/// that nobody sent, a trade that counts twice.

#include "tests/crash/trade_log.hpp"

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace botcore::crash {

struct AuditReport {
    std::uint64_t lost = 0;
    std::uint64_t doubled = 0;
    std::uint64_t wrong = 0;  ///< Sums and positions that do not add up, findings of verify.
    std::uint64_t orders = 0;
    std::uint64_t fills = 0;
    std::uint64_t records = 0;
    std::uint64_t acknowledged = 0;     ///< Answered keys that were compared.
    std::vector<std::string> findings;  ///< The first fifty.

    [[nodiscard]] bool clean() const { return lost == 0 && doubled == 0 && wrong == 0; }
};

/// The store in the data folder of a daemon that does not run. Updates nothing in the log.
[[nodiscard]] AuditReport audit_store(const std::filesystem::path& data, const TradeLog& log);

}  // namespace botcore::crash

#pragma once

/// Checks a stopped daemon's store against the replies that its clients received. It reads the rows
/// with its own rules, and also runs `runtime::verify` on the journal.
///
/// Lost: an acknowledged reply that is not stored with the same bytes, an acknowledged order that
/// is missing, or one that went back to an earlier state. Doubled: a key with two orders, an order
/// under a key that no client sent, a trade that counts twice.

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
    std::uint64_t wrong = 0;  ///< Sums and positions that do not add up, and findings of verify.
    std::uint64_t orders = 0;
    std::uint64_t fills = 0;
    std::uint64_t records = 0;
    std::uint64_t acknowledged = 0;     ///< Keys with a reply that were compared.
    std::vector<std::string> findings;  ///< The first fifty.

    [[nodiscard]] bool clean() const { return lost == 0 && doubled == 0 && wrong == 0; }
};

/// Audits the store in the data folder of a stopped daemon. Does not change the log.
[[nodiscard]] AuditReport audit_store(const std::filesystem::path& data, const TradeLog& log);

}  // namespace botcore::crash

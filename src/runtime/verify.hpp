#pragma once

/// Proves that the rows of a store are what its journal says: folds the outcomes of all records
/// anew and compares. Reads one snapshot, so that a running writer does not disturb it.
///
/// Checked: sequence without gap, every hash and the chain (I12), times and epochs that never go
/// back, postings that sum to zero per asset in every record (I5), balances against postings (I5),
/// every row of every table against its last image, each trade counted once (I4), an order's filled
/// quantity against its fills, a position's size against its fills.

#include "ports/store.hpp"

#include <functional>
#include <string>
#include <vector>

namespace botcore::runtime {

struct VerifyFinding {
    model::Sequence sequence = 0;  ///< The record it was found at; 0 for rows.
    std::string text;              ///< What was expected, what is there.
};

struct VerifyReport {
    model::Head head;
    std::uint64_t records = 0;
    std::uint64_t orders = 0;
    std::uint64_t fills = 0;
    std::uint64_t keys = 0;
    std::uint64_t findings_count = 0;
    std::vector<VerifyFinding> findings;  ///< The first hundred.

    [[nodiscard]] bool clean() const { return findings_count == 0; }
};

/// Called now and then with the records checked so far and the records in all.
using VerifyProgress = std::function<void(model::Sequence done, model::Sequence total)>;

/// Memory grows with the number of orders and keys, about 200 bytes each.
[[nodiscard]] ports::StoreResult<VerifyReport> verify(ports::StoreReader& reader,
                                                      const VerifyProgress& progress);

}  // namespace botcore::runtime

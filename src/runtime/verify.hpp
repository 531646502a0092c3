#pragma once

/// Proves that the rows of a store match its journal: applies the outcomes of all records again and
/// compares the result. Reads one snapshot, so that a running writer does not affect it.
///
/// Checked: sequence without gap, every hash and the chain (I12), times and epochs that never go
/// back, postings that sum to zero per asset in every record (I5), balances against postings (I5),
/// every row of every table against its last image, each trade counted once (I4), an order's filled
/// quantity against its fills, a position's size against its fills, references between rows.
/// @spec:NFR-RELIABILITY-003

#include "ports/store.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace botcore::runtime {

/// The kind of a finding. Each kind has a name for reports and metrics, a severity and an action.
enum class FindingKind : std::uint8_t {
    RecordUnreadable,
    JournalGap,
    HashMismatch,
    ChainBroken,
    TimeWentBack,
    HeadMismatch,
    UnbalancedPostings,
    DuplicateTrade,
    DuplicateOrder,
    BalanceMismatch,
    ConservationBroken,
    PositionMismatch,
    FilledMismatch,
    ClosedWithoutExit,
    OrphanPosition,
    TradeWithoutRecord,
    RowWithoutRecord,
    RowDiffers,
    RowMissing,
    BrokenReference,
    ReplyMissing,
};
inline constexpr std::size_t kFindingKinds = 21;

enum class Severity : std::uint8_t {
    Warning,   ///< No money is in doubt.
    Critical,  ///< Money or the journal is in doubt.
};

[[nodiscard]] std::string_view to_text(FindingKind kind);
[[nodiscard]] std::string_view to_text(Severity severity);
[[nodiscard]] Severity severity_of(FindingKind kind);
/// What the operator should do.
[[nodiscard]] std::string_view action_of(FindingKind kind);

struct VerifyFinding {
    FindingKind kind = FindingKind::RecordUnreadable;
    model::Sequence sequence = 0;             ///< The record in which it was found; 0 for rows.
    std::string text;                         ///< The expected and the actual value.
    std::optional<model::AccountId> account;  ///< The account whose money is in doubt.
};

struct VerifyReport {
    model::Head head;
    std::uint64_t records = 0;
    std::uint64_t orders = 0;
    std::uint64_t fills = 0;
    std::uint64_t keys = 0;
    std::uint64_t findings_count = 0;
    std::vector<VerifyFinding> findings;  ///< At most the first hundred.
    std::array<std::uint64_t, kFindingKinds> by_kind{};

    [[nodiscard]] bool clean() const { return findings_count == 0; }

    [[nodiscard]] std::uint64_t count(FindingKind kind) const {
        return by_kind.at(static_cast<std::size_t>(kind));
    }
};

/// Called periodically with the number of records checked and the total.
using VerifyProgress = std::function<void(model::Sequence done, model::Sequence total)>;

/// The memory needed grows with the number of orders and keys: about 200 bytes for each of them.
[[nodiscard]] ports::StoreResult<VerifyReport> verify(ports::StoreReader& reader,
                                                      const VerifyProgress& progress);

}  // namespace botcore::runtime

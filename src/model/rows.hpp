#pragma once

/// The kinds of rows of a shard, in one list. Code that treats all kinds alike is a loop over this
/// list, so that it handles a new kind without a change or does not compile.
///
/// Each kind has the name of its table, a key that identifies a row among the rows of its kind, and
/// the account that the row belongs to, if any.

#include "base/result.hpp"
#include "model/record.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace botcore::model {

/// Stands for a kind of rows where there is no row: as an argument of visitors and overloads.
template <class Row>
struct RowKind {};

template <class... Rows>
struct RowList {
    static constexpr std::size_t kSize = sizeof...(Rows);

    /// The position of a kind in the list; `kSize` if it is not in the list.
    template <class Row>
    static constexpr std::size_t kIndex = [] {
        std::size_t index = 0;
        (void)((std::same_as<Row, Rows> || (++index, false)) || ...);
        return index;
    }();

    /// One `Part<Row>` for each kind.
    template <template <class> class Part>
    using Parts = std::tuple<Part<Rows>...>;

    /// Calls `visit(RowKind<Row>())` for each kind.
    template <class Visit>
    static void each(Visit&& visit) {
        (visit(RowKind<Rows>()), ...);
    }

    /// Calls `visit(RowKind<Row>())`, which returns a `base::Outcome`, until one of the calls
    /// fails.
    template <class Visit>
    [[nodiscard]] static auto try_each(Visit&& visit) {
        std::common_type_t<decltype(visit(RowKind<Rows>()))...> outcome = base::Done{};
        (void)((outcome = visit(RowKind<Rows>())).has_value() && ...);
        return outcome;
    }
};

/// The order is part of every stored state hash (`runtime::state_hash`): only ever append to it.
using RowKinds = RowList<Account,
                         Instrument,
                         Order,
                         Fill,
                         Position,
                         Balance,
                         KeyEntry,
                         RiskState,
                         OperatingState,
                         MaintenanceWindow>;

/// A row whose images are in the journal. Balances are not: they are the sums of postings.
template <class Row>
concept RecordedRow = std::constructible_from<Change, const Row&>;

static_assert(RowKinds::kSize == std::variant_size_v<Change> + 1,
              "The kinds of rows are those of `Change`, and balances.");

/// One `Part<Row>` for each kind of rows.
template <template <class> class Part>
class PerRowKind {
public:
    template <class Row>
    [[nodiscard]] Part<Row>& of() {
        return std::get<RowKinds::kIndex<Row>>(parts_);
    }

    template <class Row>
    [[nodiscard]] const Part<Row>& of() const {
        return std::get<RowKinds::kIndex<Row>>(parts_);
    }

private:
    RowKinds::Parts<Part> parts_;
};

/// The table of each kind, in the order of the list.
inline constexpr std::array<std::string_view, RowKinds::kSize> kTables = {"accounts",
                                                                          "instruments",
                                                                          "orders",
                                                                          "fills",
                                                                          "positions",
                                                                          "balances",
                                                                          "idempotency",
                                                                          "risks",
                                                                          "operating",
                                                                          "maintenance_windows"};
static_assert(!kTables.back().empty(), "A kind has no table.");

template <class Row>
inline constexpr std::string_view kTable = kTables.at(RowKinds::kIndex<Row>);

// The key of a row among the rows of its kind.
[[nodiscard]] inline AccountId key_of(const Account& row) {
    return row.id;
}

[[nodiscard]] inline InstrumentId key_of(const Instrument& row) {
    return row.id;
}

[[nodiscard]] inline OrderNumber key_of(const Order& row) {
    return row.number;
}

[[nodiscard]] inline auto key_of(const Fill& row) {
    return std::tuple(row.account, row.instrument, row.trade.id);
}

[[nodiscard]] inline auto key_of(const Position& row) {
    return std::pair(row.account, row.instrument);
}

[[nodiscard]] inline auto key_of(const Balance& row) {
    return std::pair(row.account, row.asset);
}

[[nodiscard]] inline auto key_of(const KeyEntry& row) {
    return std::pair(row.owner, row.key);
}

[[nodiscard]] inline AccountId key_of(const RiskState& row) {
    return row.account;
}

/// There is only one row.
[[nodiscard]] inline std::tuple<> key_of(const OperatingState&) {
    return {};
}

[[nodiscard]] inline std::uint64_t key_of(const MaintenanceWindow& row) {
    return row.id;
}

template <class Row>
using KeyOf = decltype(key_of(std::declval<const Row&>()));

/// The account that a row belongs to; empty if the row concerns all accounts.
template <class Row>
[[nodiscard]] std::optional<AccountId> account_of(const Row& row) {
    if constexpr (std::same_as<Row, Account>) {
        return row.id;
    } else if constexpr (requires { row.account; }) {
        return row.account;
    } else {
        return std::nullopt;
    }
}

}  // namespace botcore::model

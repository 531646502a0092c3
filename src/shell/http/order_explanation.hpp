#pragma once

/// The history of one order, read from the journal: every record that changed it, oldest first,
/// with a text that people understand.

#include "ports/store.hpp"

#include <boost/json/array.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace botcore::shell::http {

struct ExplanationStep {
    model::Record record;
    model::Hash hash{};
    model::Order order;              ///< The order as the record left it.
    std::vector<model::Fill> fills;  ///< Fills of this order that the record books.
    std::string text;                ///< What happened.
};

/// Follows `prior_sequence` from the order's last record back to its first. Corrupt when a record
/// is missing, damaged, or does not contain the order.
[[nodiscard]] ports::StoreResult<std::vector<ExplanationStep>> explanation_of(
    ports::StoreReader& reader, const model::Order& order);

[[nodiscard]] boost::json::array to_api(const std::vector<ExplanationStep>& explanation);

}  // namespace botcore::shell::http

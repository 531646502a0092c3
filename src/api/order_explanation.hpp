#pragma once

/// The history of one order, read from the journal: every record that changed it, oldest first,
/// with a text that people can understand.

#include "ports/store.hpp"

#include <boost/json/array.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace botcore::api {

struct ExplanationStep {
    model::Record record;
    model::Hash hash{};
    model::Order order;              ///< The order as the record left it.
    std::vector<model::Fill> fills;  ///< The fills of this order that the record contains.
    std::string text;                ///< Describes what happened.
};

/// Follows `prior_sequence` from the order's last record back to its first. The result is the error
/// `Corrupt` when a record is missing, is damaged, or does not contain the order.
[[nodiscard]] ports::StoreResult<std::vector<ExplanationStep>> explanation_of(
    ports::StoreReader& reader, const model::Order& order);

[[nodiscard]] boost::json::array to_api(const std::vector<ExplanationStep>& explanation);

}  // namespace botcore::api

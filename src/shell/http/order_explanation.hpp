#pragma once

/// The life of one order, told from the journal: every record that touched it, oldest first, in
/// words a person understands.

#include "ports/store.hpp"

#include <boost/json/array.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace botcore::shell::http {

struct ExplanationStep {
    model::Record record;
    model::Hash hash{};
    model::Order order;              ///< Its image after the record.
    std::vector<model::Fill> fills;  ///< Of this order, booked by the record.
    std::string text;                ///< What happened.
};

/// Follows `prior_sequence` from the order's last image back to its birth. Corrupt where a record
/// is missing, damaged, or does not hold the order.
[[nodiscard]] ports::StoreResult<std::vector<ExplanationStep>> explanation_of(
    ports::StoreReader& reader, const model::Order& order);

[[nodiscard]] boost::json::array to_api(const std::vector<ExplanationStep>& explanation);

}  // namespace botcore::shell::http

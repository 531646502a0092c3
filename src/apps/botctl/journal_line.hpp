#pragma once

/// Formats a record of the journal as one line for people.

#include <boost/json/object.hpp>

#include <string>

namespace botcore::botctl {

/// "13  2026-11-29T20:22:54.069Z  ReportOrder FILLED  futures BTCUSDT; order BC14 BUY 0.01 FILLED":
/// number, exchange time, kind, input and changes. `record` is a line of the journal's export.
[[nodiscard]] std::string journal_line(const boost::json::object& record);

}  // namespace botcore::botctl

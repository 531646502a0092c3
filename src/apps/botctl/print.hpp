#pragma once

/// Formats each kind of response for people.

#include <boost/json/value.hpp>

#include <ostream>

namespace botcore::botctl {

void print_account(std::ostream& out, const boost::json::value& data);
void print_accounts(std::ostream& out, const boost::json::value& data);
void print_positions(std::ostream& out, const boost::json::value& data);
void print_orders(std::ostream& out, const boost::json::value& data);
void print_order(std::ostream& out, const boost::json::value& data);
void print_position(std::ostream& out, const boost::json::value& data);
void print_history(std::ostream& out, const boost::json::value& data);
void print_prices(std::ostream& out, const boost::json::value& data);
void print_book(std::ostream& out, const boost::json::value& data);
void print_explanation(std::ostream& out, const boost::json::value& data);
void print_transfer(std::ostream& out, const boost::json::value& data);
/// Prints for each account our side, the exchange's side, and OK, or MISMATCH with the reason and
/// the action.
void print_reconciliation(std::ostream& out, const boost::json::value& data);
/// Prints what `cancel-all` and `flatten` started, and the exits that failed.
void print_touched(std::ostream& out, const boost::json::value& data);
/// Prints the exits that failed, with their codes; prints nothing if none failed.
void print_failed_exits(std::ostream& out, const boost::json::value& touched);

}  // namespace botcore::botctl

#pragma once

/// Routes about comparisons with the exchange: the newest of each account for whoever may see it,
/// asking for another one, the operator's ways out of a difference, and the report of a consistency
/// check that ran outside this process.
///
/// Threads: the thread of the loop.

#include "shell/http/api_context.hpp"
#include "shell/http/route_table.hpp"

#include <boost/json/object.hpp>

namespace botcore::shell::http {

/// Our side and the exchange's, what differs, and what to do about it.
[[nodiscard]] boost::json::object comparison_view(const core::AccountState& account);

class ReconcileDoor {
public:
    /// The context outlives the door, and the door the table.
    explicit ReconcileDoor(const ApiContext& context) : context_(context) {}

    void add_to(RouteTable& table);

private:
    void show(Call& call);
    void compare(Call& call);
    void adopt(Call& call);
    void set_state(Call& call);
    void take_report(Call& call);

    const ApiContext& context_;
};

}  // namespace botcore::shell::http

#pragma once

/// Routes about the market: prices, books and what can be traded.
///
/// Threads: the thread of the loop.

#include "shell/http/api_context.hpp"
#include "shell/http/route_table.hpp"

namespace botcore::shell::http {

class MarketDoor {
public:
    /// The context outlives the door, and the door the table.
    explicit MarketDoor(const ApiContext& context) : context_(context) {}

    void add_to(RouteTable& table);

private:
    void list_prices(Call& call);
    void show_book(Call& call);
    void list_symbols(Call& call);

    const ApiContext& context_;
};

}  // namespace botcore::shell::http

#include "apps/botctl/print.hpp"

#include "apps/botctl/table.hpp"
#include "model/amount.hpp"

#include <array>

namespace botcore::botctl {

namespace json = boost::json;

namespace {

/// The value of a field; empty if the response lacks it.
const json::array& list_in(const json::value& data, std::string_view field) {
    static const json::array kEmpty;
    const auto* object = data.if_object();
    const auto* value = object == nullptr ? nullptr : object->if_contains(field);
    return value == nullptr || !value->is_array() ? kEmpty : value->get_array();
}

const json::object& object_of(const json::value& data) {
    static const json::object kEmpty;
    return data.is_object() ? data.get_object() : kEmpty;
}

constexpr Align kRight = Align::Right;

constexpr std::array<Column, 12> kOrderColumns = {{{"ORDER", "order_id"},
                                                   {"SYMBOL", "symbol"},
                                                   {"SIDE", "side"},
                                                   {"TYPE", "type"},
                                                   {"QUANTITY", "quantity", kRight},
                                                   {"PRICE", "price", kRight},
                                                   {"STOP", "stop_price", kRight},
                                                   {"FILLED", "executed_quantity", kRight},
                                                   {"AT", "executed_price", kRight},
                                                   {"STATUS", "status"},
                                                   {"REASON", "reason"},
                                                   {"CREATED", "created_at"}}};

constexpr std::array<Column, 10> kPositionColumns = {{{"SYMBOL", "symbol"},
                                                      {"SIDE", "side"},
                                                      {"QUANTITY", "quantity", kRight},
                                                      {"ENTRY", "entry_price", kRight},
                                                      {"NOW", "current_price", kRight},
                                                      {"PNL", "unrealized_pnl", kRight},
                                                      {"LIQUIDATION", "liquidation_price", kRight},
                                                      {"MARGIN", "margin", kRight},
                                                      {"LEVERAGE", "leverage", kRight},
                                                      {"PRICES", "source"}}};

}  // namespace

void print_account(std::ostream& out, const json::value& data) {
    static constexpr std::array<Column, 17> kFields = {{{"account", "account"},
                                                        {"market", "market"},
                                                        {"kind", "kind"},
                                                        {"state", "state"},
                                                        {"frozen for", "frozen_reason"},
                                                        {"can trade", "can_trade"},
                                                        {"cool-down until", "cooldown_until"},
                                                        {"asset", "quote_asset"},
                                                        {"total", "total_balance"},
                                                        {"available", "available_balance"},
                                                        {"reserved", "reserved_balance"},
                                                        {"margin used", "used_margin"},
                                                        {"unrealized pnl", "unrealized_pnl"},
                                                        {"equity", "total_equity"},
                                                        {"margin level", "margin_level"},
                                                        {"positions", "positions_count"},
                                                        {"open orders", "open_orders_count"}}};
    print_fields(out, object_of(data), kFields);
    static constexpr std::array<Column, 5> kBalances = {{{"ASSET", "asset"},
                                                         {"TOTAL", "total", kRight},
                                                         {"CASH", "cash", kRight},
                                                         {"RESERVED", "reserved", kRight},
                                                         {"MARGIN", "margin", kRight}}};
    out << "\n";
    print_table(out, list_in(data, "balances"), kBalances, "no balances");
}

void print_accounts(std::ostream& out, const json::value& data) {
    static constexpr std::array<Column, 10> kColumns = {{{"ACCOUNT", "account"},
                                                         {"MARKET", "market"},
                                                         {"KIND", "kind"},
                                                         {"STATE", "state"},
                                                         {"FROZEN FOR", "frozen_reason"},
                                                         {"COOL-DOWN UNTIL", "cooldown_until"},
                                                         {"EQUITY", "total_equity", kRight},
                                                         {"AVAILABLE", "available_balance", kRight},
                                                         {"POSITIONS", "positions_count", kRight},
                                                         {"ASSET", "quote_asset"}}};
    print_table(out, array_of(data), kColumns, "no accounts");
}

void print_positions(std::ostream& out, const json::value& data) {
    print_table(out, array_of(data), kPositionColumns, "no open positions");
}

void print_orders(std::ostream& out, const json::value& data) {
    print_table(out, list_in(data, "orders"), kOrderColumns, "no orders");
}

void print_order(std::ostream& out, const json::value& data) {
    print_table(out, json::array{data}, kOrderColumns, "no order");
}

void print_position(std::ostream& out, const json::value& data) {
    print_table(out, json::array{data}, kPositionColumns, "no position");
}

void print_history(std::ostream& out, const json::value& data) {
    static constexpr std::array<Column, 9> kColumns = {{{"TIME", "time"},
                                                        {"SYMBOL", "symbol"},
                                                        {"SIDE", "side"},
                                                        {"QUANTITY", "quantity", kRight},
                                                        {"PRICE", "price", kRight},
                                                        {"FEE", "commission", kRight},
                                                        {"IN", "commission_asset"},
                                                        {"PNL", "realized_pnl", kRight},
                                                        {"ORDER", "order_id"}}};
    print_table(out, list_in(data, "trades"), kColumns, "no trades");
}

void print_prices(std::ostream& out, const json::value& data) {
    static constexpr std::array<Column, 7> kColumns = {{{"MARKET", "market"},
                                                        {"SYMBOL", "symbol"},
                                                        {"BID", "bid", kRight},
                                                        {"ASK", "ask", kRight},
                                                        {"LAST", "last", kRight},
                                                        {"AGE MS", "age_ms", kRight},
                                                        {"SOURCE", "source"}}};
    print_table(out, array_of(data), kColumns, "no prices");
}

void print_book(std::ostream& out, const json::value& data) {
    json::array rows;
    const auto& bids = list_in(data, "bids");
    const auto& asks = list_in(data, "asks");
    for (std::size_t i = 0; i < std::max(bids.size(), asks.size()); ++i) {
        json::object row;
        if (i < bids.size() && array_of(bids[i]).size() == 2) {
            row["bid"] = bids[i].get_array()[0];
            row["bid_quantity"] = bids[i].get_array()[1];
        }
        if (i < asks.size() && array_of(asks[i]).size() == 2) {
            row["ask"] = asks[i].get_array()[0];
            row["ask_quantity"] = asks[i].get_array()[1];
        }
        rows.push_back(std::move(row));
    }
    static constexpr std::array<Column, 4> kColumns = {{{"QUANTITY", "bid_quantity", kRight},
                                                        {"BID", "bid", kRight},
                                                        {"ASK", "ask", kRight},
                                                        {"QUANTITY", "ask_quantity", kRight}}};
    const auto& head = object_of(data);
    out << plain_text(head, "symbol") << " on " << plain_text(head, "market") << ", "
        << plain_text(head, "source") << ", " << plain_text(head, "age_ms") << " ms old\n";
    print_table(out, rows, kColumns, "an empty book");
}

void print_explanation(std::ostream& out, const json::value& data) {
    const auto& object = object_of(data);
    if (const auto* order = object.if_contains("order")) print_order(out, *order);
    for (const auto& item : list_in(data, "story")) {
        const auto& step = object_of(item);
        out << "\n"
            << plain_text(step, "time") << "  record " << plain_text(step, "sequence") << ", "
            << plain_text(step, "kind") << " -> " << plain_text(step, "state") << "\n    "
            << plain_text(step, "text") << "\n";
    }
}

void print_transfer(std::ostream& out, const json::value& data) {
    const auto& object = object_of(data);
    out << plain_text(object, "amount") << " " << plain_text(object, "asset") << " moved from "
        << plain_text(object, "from") << " to " << plain_text(object, "to") << "\n";
}

namespace {

/// "SHORT 1.0 ETHUSDT @ 3000", or "CLOSED".
std::string holding_text(const json::object& line, std::string_view size, std::string_view cost) {
    const auto quantity = model::parse_amount<model::Quantity>(
        std::string_view(plain_text(line, size)).starts_with('-') ? plain_text(line, size).substr(1)
                                                                  : plain_text(line, size));
    if (!quantity || quantity.value().is_zero()) return "CLOSED";
    std::string worth = plain_text(line, cost);
    const bool is_short = plain_text(line, size).starts_with('-');
    if (worth.starts_with('-')) worth.erase(0, 1);
    const auto money = model::parse_amount<model::Money>(worth);
    const auto price = money ? model::average_price(money.value(), quantity.value())
                             : model::average_price(model::Money(), quantity.value());
    return std::string(is_short ? "SHORT " : "LONG ") + to_text(quantity.value()) + " " +
           plain_text(line, "symbol") + " @ " + (price ? to_text(price.value()) : "?");
}

void print_sides(std::ostream& out, std::string_view ours, std::string_view theirs, bool same) {
    out << "    App:     " << ours << "\n    Binance: " << theirs
        << "\n    Status:  " << (same ? "OK" : "MISMATCH") << "\n";
}

}  // namespace

void print_reconciliation(std::ostream& out, const json::value& data) {
    for (const auto& item : array_of(data)) {
        const auto& account = object_of(item);
        out << "User " << plain_text(account, "owner") << ", account "
            << plain_text(account, "account") << " (" << plain_text(account, "state")
            << "): " << plain_text(account, "status") << "\n";
        for (const auto& each : list_in(item, "positions")) {
            const auto& line = object_of(each);
            print_sides(out,
                        holding_text(line, "ours", "ours_cost"),
                        holding_text(line, "exchange", "exchange_cost"),
                        plain_text(line, "status") == "OK");
        }
        for (const auto& each : list_in(item, "balances")) {
            const auto& line = object_of(each);
            const std::string asset = " " + plain_text(line, "asset");
            print_sides(out,
                        plain_text(line, "ours") + asset,
                        plain_text(line, "exchange") + asset,
                        plain_text(line, "status") == "OK");
        }
        for (const auto& each : list_in(item, "orders")) {
            const auto& line = object_of(each);
            out << "    order " << plain_text(line, "order_id") << " " << plain_text(line, "side")
                << " " << plain_text(line, "symbol") << " " << plain_text(line, "state") << " ("
                << plain_text(line, "role") << "): " << plain_text(line, "status") << "\n";
        }
        if (plain_text(account, "status") != "MISMATCH") continue;
        out << "    Reason:  " << plain_text(account, "reason")
            << "\n    Action:  " << plain_text(account, "action") << "\n";
    }
}

void print_failed_exits(std::ostream& out, const json::value& touched) {
    for (const auto& item : list_in(touched, "failed")) {
        const auto& exit = object_of(item);
        out << "exit FAILED: " << plain_text(exit, "symbol") << ", order "
            << plain_text(exit, "order_id") << ", " << plain_text(exit, "state") << " with "
            << plain_text(exit, "executed_quantity") << " of " << plain_text(exit, "quantity")
            << " closed: " << plain_text(exit, "code");
        const std::string said = plain_text(exit, "message");
        if (!said.empty() && said != "-") out << " (" << said << ")";
        out << "\n";
    }
}

void print_touched(std::ostream& out, const json::value& data) {
    const auto& touched = object_of(data);
    const auto& exits = list_in(data, "exits");
    const std::size_t open = list_in(data, "pending").size();
    const std::size_t failed = list_in(data, "failed").size();
    out << plain_text(touched, "account") << ": " << list_in(data, "cancels").size()
        << " orders are being canceled, " << exits.size() - open - failed << " of " << exits.size()
        << " exits done\n";
    for (const auto& order : list_in(data, "cancels"))
        out << "cancel  " << plain_text(&order) << "\n";
    for (const auto& order : exits)
        out << "exit    " << plain_text(&order) << "\n";
    if (open > 0) out << open << " exits are still in progress\n";
    for (const auto& symbol : list_in(data, "deferred"))
        out << "later   " << plain_text(&symbol) << ": its exit follows within seconds\n";
    print_failed_exits(out, data);
}

}  // namespace botcore::botctl

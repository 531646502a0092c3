#include "apps/botctl/commands.hpp"
#include "apps/botctl/table.hpp"
#include "model/amount.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <utility>

namespace botcore::botctl {

namespace json = boost::json;

namespace {

using model::Money;
using model::Price;
using model::Quantity;
using model::Rate;

constexpr std::string_view kSymbol = "BTCUSDT";

struct Reply {
    int status = 0;  ///< 0: no response.
    json::object body;
};

/// The results of the steps so far, and the state that later steps need.
class Smoke {
public:
    Smoke(DaemonClient& client, const std::string& account)
        : client_(client),
          account_path_("/api/accounts/" + encoded(account)) {}

    int run() {
        ok_ = check_ready() && check_health();
        if (ok_ && find_price()) {
            ok_ = place();
            if (ok_ && !order_.empty()) {
                const bool there = read_back("NEW");
                // The order is canceled whether or not the previous step succeeded.
                const bool gone = cancel() && read_back("CANCELED");
                ok_ = there && gone;
            }
        } else {
            ok_ = false;
        }
        json::object result;
        result["ok"] = ok_;
        result["steps"] = std::move(steps_);
        (void)client_.show(result, [](std::ostream& out, const json::value& data) {
            static constexpr std::array<Column, 3> kColumns = {
                {{"STEP", "step"}, {"OK", "ok"}, {"RESULT", "text"}}};
            print_table(out, data.at("steps").as_array(), kColumns, "nothing was done");
        });
        if (!reached_) return kExitUnavailable;
        return ok_ ? kExitOk : kExitNegative;
    }

private:
    Reply ask(std::string_view method, std::string path, std::string body = {}) {
        const bool command = method != "GET";
        const auto result = client_.reach({.method = method,
                                           .path = std::move(path),
                                           .body = std::move(body),
                                           .idempotency_key = command ? new_key() : "",
                                           .if_match = {}});
        if (!result || !*result) return {};
        reached_ = true;
        json::error_code error;
        json::value parsed = json::parse(result->value().body, error);
        Reply reply{result->value().status, {}};
        if (!error && parsed.is_object()) reply.body = std::move(parsed.get_object());
        return reply;
    }

    bool note(std::string_view step, bool ok, std::string text) {
        json::object row;
        row["step"] = step;
        row["ok"] = ok;
        row["text"] = std::move(text);
        steps_.push_back(std::move(row));
        return ok;
    }

    /// Describes a response in a few words.
    static std::string said(const Reply& reply) {
        if (reply.status == 0) return "no answer";
        std::string text = std::to_string(reply.status);
        if (const auto* error = reply.body.if_contains("error")) {
            if (error->is_object()) text += " " + plain_text(error->get_object(), "code");
        }
        return text;
    }

    static const json::object* data_of(const Reply& reply) {
        const auto* data = reply.body.if_contains("data");
        return data == nullptr ? nullptr : data->if_object();
    }

    bool check_ready() {
        const Reply reply = ask("GET", "/health/ready");
        return note("ready", reply.status == 200, said(reply));
    }

    bool check_health() {
        const Reply reply = ask("GET", "/health");
        return note("health",
                    reply.status == 200,
                    said(reply) + " " + plain_text(reply.body, "overall_status"));
    }

    bool find_price() {
        const Reply account = ask("GET", account_path_);
        const auto* state = data_of(account);
        if (state == nullptr) return note("account", false, said(account));
        const std::string market = plain_text(*state, "market");
        const Reply reply = ask("GET", "/api/market/prices?market=" + encoded(market));
        const auto* list = reply.body.if_contains("data");
        if (list != nullptr && list->is_array()) {
            for (const json::value& item : list->get_array()) {
                if (!item.is_object()) continue;
                const auto& row = item.get_object();
                if (plain_text(row, "symbol") != kSymbol) continue;
                const auto bid = model::parse_amount<Price>(plain_text(row, "bid"));
                if (bid && bid.value().is_positive()) return choose(bid.value());
            }
        }
        return note("price", false, said(reply) + ", no bid of " + std::string(kSymbol));
    }

    /// Chooses a limit price four percent below the bid, and a quantity whose value is slightly
    /// above the minimum order value.
    bool choose(Price bid) {
        const auto price =
            scaled(bid, Rate::from_units(model::kScale * 96 / 100), model::Rounding::Down);
        if (!price) return note("price", false, "the bid is too large to be represented");
        const auto whole = price.value().units() / model::kScale;
        if (whole == 0) return note("price", false, "the bid is too low for this check");
        price_ = Price::whole(static_cast<std::int64_t>(whole));
        const auto thousandths = 120'000 / static_cast<std::int64_t>(whole) + 1;
        quantity_ = Quantity::from_units(model::kScale / 1'000 * thousandths);
        return note("price", true, "limit " + to_text(price_) + " under a bid of " + to_text(bid));
    }

    bool place() {
        json::object body;
        body["symbol"] = kSymbol;
        body["side"] = "BUY";
        body["type"] = "LIMIT";
        body["time_in_force"] = "GTX";
        body["price"] = to_text(price_);
        body["quantity"] = to_text(quantity_);
        const Reply reply = ask("POST", account_path_ + "/orders", json::serialize(body));
        const std::string text = said(reply);
        if (text == "503 MAINTENANCE")
            return note("place", true, "refused for maintenance, as expected");
        const auto* order = data_of(reply);
        if (order != nullptr) order_ = plain_text(*order, "order_id");
        return note("place", order != nullptr && reply.status == 200, text + " " + order_);
    }

    bool read_back(std::string_view state) {
        const Reply reply = ask("GET", account_path_ + "/orders/" + encoded(order_));
        const auto* order = data_of(reply);
        const std::string is = order == nullptr ? said(reply) : plain_text(*order, "status");
        return note("read back", is == state, is);
    }

    bool cancel() {
        const Reply reply = ask("DELETE", account_path_ + "/orders/" + encoded(order_));
        return note("cancel", reply.status == 200, said(reply));
    }

    DaemonClient& client_;
    std::string account_path_;
    json::array steps_;
    Price price_;
    Quantity quantity_;
    std::string order_;
    bool ok_ = false;
    bool reached_ = false;
};

}  // namespace

int smoke(DaemonClient& client, const std::string& account) {
    return Smoke(client, account).run();
}

}  // namespace botcore::botctl

#include "apps/botctl/commands.hpp"
#include "apps/botctl/print.hpp"
#include "apps/botctl/table.hpp"
#include "model/amount.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <variant>

namespace botcore::botctl {

namespace json = boost::json;

namespace {

std::string orders_path(const std::string& account) {
    return "/api/accounts/" + encoded(account) + "/orders";
}

/// The order type that was given or, if none was, the type that follows from the given prices.
std::string type_of(const OrderArguments& args) {
    if (!args.type.empty()) return args.type;
    const bool limit = !args.price.empty();
    if (!args.stop_price.empty()) return limit ? "STOP" : "STOP_MARKET";
    if (!args.target_price.empty()) return limit ? "TAKE_PROFIT" : "TAKE_PROFIT_MARKET";
    return limit ? "LIMIT" : "MARKET";
}

json::object body_of(const OrderArguments& args) {
    json::object body;
    body["symbol"] = args.symbol;
    body["side"] = args.side;
    body["type"] = type_of(args);
    body["quantity"] = args.quantity;
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) body[name] = value;
    };
    add("price", args.price);
    add("stop_price", args.stop_price.empty() ? args.target_price : args.stop_price);
    add("time_in_force", args.time_in_force);
    add("stop_loss", args.stop_loss);
    add("take_profit", args.take_profit);
    if (args.reduce_only) body["reduce_only"] = true;
    if (!args.trail_distance.empty()) {
        body["trailing"] = json::object{
            {"activation",
             args.trail_activation.empty() ? args.trail_distance : args.trail_activation},
            {"distance", args.trail_distance}};
    }
    return body;
}

}  // namespace

int place_order(DaemonClient& client, const CommandOptions& options, const OrderArguments& args) {
    ClientRequest request = request_of("POST", orders_path(options.account), options);
    request.body = json::serialize(body_of(args));
    return client.command(std::move(request), print_order);
}

int cancel_order(DaemonClient& client,
                 const CommandOptions& options,
                 const std::string& order,
                 const std::string& reason) {
    ClientRequest request =
        request_of("DELETE", orders_path(options.account) + "/" + encoded(order), options);
    if (!reason.empty()) request.body = json::serialize(json::object{{"reason", reason}});
    return client.command(std::move(request), print_order);
}

int cancel_all(DaemonClient& client,
               const CommandOptions& options,
               const std::string& symbol,
               bool protective) {
    json::object body;
    if (!symbol.empty()) body["symbol"] = symbol;
    if (protective) body["protective"] = true;
    ClientRequest request =
        request_of("POST", orders_path(options.account) + "/cancel-all", options);
    request.body = json::serialize(body);
    return client.command(std::move(request), print_touched);
}

int flatten(DaemonClient& client, const CommandOptions& options) {
    const std::string path = "/api/accounts/" + encoded(options.account) + "/flatten";
    return client.command(
        request_of("POST", path, options), print_touched, [](const json::value& data) {
            const auto* touched = data.if_object();
            const auto* failed = touched == nullptr ? nullptr : touched->if_contains("failed");
            const bool whole =
                failed != nullptr && failed->is_array() && failed->get_array().empty();
            if (whole) return kExitOk;
            std::cerr << "botctl: some positions are not closed; see botctl positions\n";
            return kExitNegative;
        });
}

namespace {

using Answer = base::Result<ClientResponse, ClientError>;

/// An amendment in progress: cancels the order and places one with the remaining quantity. The
/// cancel's reason contains the amendment's key, so that an order which was canceled for another
/// reason is never placed again.
class Amendment {
public:
    Amendment(DaemonClient& client, CommandOptions options, const std::string& order)
        : client_(client),
          options_(std::move(options)),
          path_(orders_path(options_.account) + "/" + encoded(order)) {
        if (options_.key.empty()) options_.key = new_key();
        reason_ = "amended with the key " + options_.key;
    }

    int run(const AmendArguments& args) {
        auto found = ask(get_request(path_));
        if (const int* status = std::get_if<int>(&found)) return *status;
        if (const int status = check(std::get<json::object>(found), args); status != kExitOk) {
            return status;
        }
        std::cerr << "key: " << options_.key << "\n";
        CommandOptions cancel = options_;
        cancel.key += "-cancel";
        ClientRequest request = request_of("DELETE", path_, cancel);
        request.body = json::serialize(json::object{{"reason", reason_}});
        auto canceled = ask(request);
        if (const int* status = std::get_if<int>(&canceled)) return *status;
        return place(std::get<json::object>(canceled), args);
    }

private:
    /// The order of a successful response, or the exit status.
    std::variant<json::object, int> ask(const ClientRequest& request) {
        const auto result = client_.reach(request);
        if (!result) {
            return client_.unavailable("the daemon does not respond at " + client_.settings().url);
        }
        if (!*result || result->value().status != 200) {
            return client_.finish(*result, [](std::ostream&, const json::value&) {});
        }
        json::error_code error;
        const json::value body = json::parse(result->value().body, error);
        if (error || !body.is_object() || !body.get_object().contains("data") ||
            !body.at("data").is_object()) {
            return kExitSoftware;
        }
        return body.at("data").as_object();
    }

    /// Whether this amendment canceled the order, perhaps in an earlier attempt with the same key.
    [[nodiscard]] bool canceled_for_this(const json::object& order) const {
        return plain_text(order, "status") == "CANCELED" &&
               plain_text(order, "cancelled_reason") == reason_;
    }

    /// Rejects everything that is known to fail while the old order is still open.
    int check(const json::object& order, const AmendArguments& args) const {
        const std::string state = plain_text(order, "status");
        const bool open = state == "NEW" || state == "PARTIALLY_FILLED";
        if (!open && !canceled_for_this(order)) {
            return refuse("the order is " + state + "; only an open order can be amended");
        }
        if (plain_text(order, "role") != "PLAIN") {
            return refuse("the order is a " + plain_text(order, "role") +
                          " order created by the core; cancel it and place another order");
        }
        if (!args.price.empty() && plain_text(order, "price") == "-") {
            return refuse("the order has no limit price; use --stop-price");
        }
        if (!args.stop_price.empty() && plain_text(order, "stop_price") == "-") {
            return refuse("the order has no stop price; use --price");
        }
        if (remaining(order, args).empty()) {
            return refuse("--quantity: expected more than the " +
                          plain_text(order, "executed_quantity") + " that are already filled");
        }
        return kExitOk;
    }

    static int refuse(const std::string& text) {
        std::cerr << "botctl: " << text << "; nothing was changed\n";
        return kExitNegative;
    }

    /// The quantity to place; empty if none remains.
    static std::string remaining(const json::object& order, const AmendArguments& args) {
        const std::string wanted =
            args.quantity.empty() ? plain_text(order, "quantity") : args.quantity;
        const auto total = model::parse_amount<model::Quantity>(wanted);
        const auto filled =
            model::parse_amount<model::Quantity>(plain_text(order, "executed_quantity"));
        if (!total || !filled || total.value() <= filled.value()) return {};
        return to_text(total.value() - filled.value());
    }

    int place(const json::object& old, const AmendArguments& args) {
        const std::string left = remaining(old, args);
        if (!canceled_for_this(old) || left.empty()) {
            std::cerr << "botctl: the order was " << plain_text(old, "status")
                      << " before it was amended; nothing was placed\n";
            return kExitNegative;
        }
        json::object body;
        for (const char* name :
             {"symbol", "side", "type", "price", "stop_price", "stop_loss", "take_profit"}) {
            if (!old.at(name).is_null()) body[name] = old.at(name);
        }
        body["quantity"] = left;
        if (!old.at("price").is_null()) body["time_in_force"] = old.at("time_in_force");
        if (old.at("reduce_only") == true) body["reduce_only"] = true;
        if (const auto* trailing = old.at("trailing").if_object()) {
            body["trailing"] = json::object{{"activation", trailing->at("activation")},
                                            {"distance", trailing->at("distance")}};
        }
        if (!args.price.empty()) body["price"] = args.price;
        if (!args.stop_price.empty()) body["stop_price"] = args.stop_price;
        CommandOptions options = options_;
        options.key += "-place";
        options.if_match.clear();
        ClientRequest request = request_of("POST", orders_path(options.account), options);
        request.body = json::serialize(body);
        const int status = client_.command(std::move(request), print_order);
        if (status != kExitOk && status != kExitOutcomeOpen) {
            std::cerr << "botctl: the old order is canceled, and no new order was placed; if the "
                         "daemon did not respond, repeat the command with --key "
                      << options_.key << "\n";
        }
        return status;
    }

    DaemonClient& client_;
    CommandOptions options_;
    std::string path_;
    std::string reason_;
};

}  // namespace

int amend_order(DaemonClient& client,
                const CommandOptions& options,
                const std::string& order,
                const AmendArguments& args) {
    if (args.price.empty() && args.quantity.empty() && args.stop_price.empty()) {
        return wrong_usage("name what to amend: --price, --stop-price or --quantity");
    }
    return Amendment(client, options, order).run(args);
}

}  // namespace botcore::botctl

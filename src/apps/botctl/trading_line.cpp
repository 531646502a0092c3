// The commands that trade, and their options.

#include "apps/botctl/command_line.hpp"

namespace botcore::botctl {

namespace {

CLI::App* add_place(CLI::App& order, Chosen& chosen) {
    CLI::App* place = add(order, chosen, "place", "Place an order", [&](DaemonClient& s) {
        return place_order(s, chosen.command, chosen.args);
    });
    OrderArguments& args = chosen.args;
    place->add_option("SYMBOL", args.symbol, "Symbol")->required();
    place->add_option("SIDE", args.side, "BUY or SELL")->required();
    place->add_option("QUANTITY", args.quantity, "The quantity in the base asset")->required();
    place->add_option("--price", args.price, "Makes it a LIMIT order");
    CLI::Option* stop = place->add_option(
        "--stop-price", args.stop_price, "Makes it a stop: STOP_MARKET, with --price STOP");
    place
        ->add_option("--target-price",
                     args.target_price,
                     "Makes it a take-profit: TAKE_PROFIT_MARKET, with --price TAKE_PROFIT")
        ->excludes(stop);
    place->add_option(
        "--type", args.type, "The order type, if it differs from the one that the prices imply");
    CLI::Option* loss = place->add_option(
        "--stop-loss", args.stop_loss, "Attach a stop at this price to the position that it opens");
    place->add_option("--take-profit",
                      args.take_profit,
                      "Attach a take-profit at this price to the position that it opens");
    CLI::Option* trail =
        place
            ->add_option("--trail-distance",
                         args.trail_distance,
                         "The distance at which the attached stop follows the price, such as 0.015")
            ->needs(loss);
    place
        ->add_option("--trail-activation",
                     args.trail_activation,
                     "The gain from which on the stop follows; default: the distance")
        ->needs(trail);
    place->add_option("--time-in-force", args.time_in_force, "GTC, IOC, FOK or GTX");
    place->add_flag("--reduce-only", args.reduce_only, "The order may only reduce a position");
    return place;
}

CLI::App* add_amend(CLI::App& order, Chosen& chosen) {
    CLI::App* amend = add(order,
                          chosen,
                          "amend",
                          "Cancel an open order and place the rest of it as a new order",
                          [&](DaemonClient& s) {
                              return amend_order(s, chosen.command, chosen.order, chosen.amend);
                          });
    amend->add_option("ORDER", chosen.order, "Order id")->required();
    amend->add_option("--price", chosen.amend.price, "The new limit price");
    amend->add_option("--stop-price", chosen.amend.stop_price, "The new stop price");
    amend->add_option(
        "--quantity", chosen.amend.quantity, "The new quantity, including what is already filled");
    add_version(amend, chosen);
    return amend;
}

/// The commands for emergencies.
void add_sweeps(CLI::App& app, Chosen& chosen) {
    CLI::App* sweep = add(app, chosen, "cancel-all", "Cancel all orders", [&](DaemonClient& s) {
        return cancel_all(s, chosen.command, chosen.symbol, chosen.protective);
    });
    sweep->add_option("--symbol", chosen.symbol, "Only orders of this symbol");
    sweep->add_flag("--protective", chosen.protective, "Also the stops of open positions");
    CLI::App* flat = add(app,
                         chosen,
                         "flatten",
                         "Cancel the orders that could open a position, and close all positions",
                         [&](DaemonClient& s) { return flatten(s, chosen.command); });
    for (CLI::App* command : {sweep, flat}) {
        add_account(command, chosen);
        add_safety(command, chosen);
    }
}

void add_orders(CLI::App& app, Chosen& chosen) {
    CLI::App* order = app.add_subcommand("order", "Place, amend or cancel an order");
    order->require_subcommand(1);
    CLI::App* place = add_place(*order, chosen);
    CLI::App* amend = add_amend(*order, chosen);
    CLI::App* cancel = add(*order, chosen, "cancel", "Cancel an order", [&](DaemonClient& s) {
        return cancel_order(s, chosen.command, chosen.order, chosen.reason);
    });
    cancel->add_option("ORDER", chosen.order, "Order id")->required();
    cancel->add_option("--reason",
                       chosen.reason,
                       "The reason; with it, a failed order can be abandoned permanently");
    add_version(cancel, chosen);
    CLI::App* close = add(app, chosen, "close", "Close a position", [&](DaemonClient& s) {
        return close_position(s, chosen.command, chosen.symbol);
    });
    close->add_option("SYMBOL", chosen.symbol, "Symbol")->required();
    add_version(close, chosen);
    CLI::App* leverage =
        add(app, chosen, "leverage", "Set the leverage of a symbol", [&](DaemonClient& s) {
            return set_leverage(s, chosen.command, chosen.symbol, chosen.leverage);
        });
    leverage->add_option("SYMBOL", chosen.symbol, "Symbol")->required();
    leverage->add_option("LEVERAGE", chosen.leverage, "A whole number")->required();
    add_version(leverage, chosen);
    for (CLI::App* command : {place, amend, cancel, close, leverage}) {
        add_account(command, chosen);
        add_safety(command, chosen);
    }
    add_sweeps(app, chosen);
}

void add_money(CLI::App& app, Chosen& chosen) {
    CLI::App* move = add(
        app, chosen, "transfer", "Move available money to another account", [&](DaemonClient& s) {
            return transfer(s, chosen.command, chosen.to, chosen.amount, chosen.asset);
        });
    move->add_option("FROM", chosen.command.account, "Source account")->required();
    move->add_option("TO", chosen.to, "Target account")->required();
    move->add_option("AMOUNT", chosen.amount, "How much")->required();
    move->add_option("--asset", chosen.asset, "Asset")->capture_default_str();
    CLI::App* reset = add(
        app, chosen, "reset", "Reset a paper account to its first deposit", [&](DaemonClient& s) {
            return reset_account(s, chosen.command, chosen.agreed);
        });
    add_yes(reset, chosen.agreed);
    reset->add_option("ACCOUNT", chosen.command.account, "Account")->required();
    add_version(reset, chosen);
    CLI::App* open = add(app, chosen, "open", "Open a paper account", [&](DaemonClient& s) {
        return open_account(s, chosen.command, chosen.market, chosen.deposit);
    });
    open->add_option("ACCOUNT", chosen.command.account, "The account's name")->required();
    open->add_option("--market", chosen.market, "spot or futures")->capture_default_str();
    open->add_option("--deposit", chosen.deposit, "The deposit in USDT")->capture_default_str();
    for (CLI::App* command : {move, reset, open})
        add_safety(command, chosen);
}

}  // namespace

void add_trading(CLI::App& app, Chosen& chosen) {
    add_orders(app, chosen);
    add_money(app, chosen);
}

}  // namespace botcore::botctl

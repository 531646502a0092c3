#include "runtime/exchange_router.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <memory>

namespace botcore::runtime {

ports::Exchange& ExchangeRouter::exchange_of(const model::AccountId& account) const {
    const auto place = routes_.find(account);
    CHECK(place != routes_.end());
    return *place->second;
}

ports::Exchange& ExchangeRouter::route(const model::Account& account) {
    const auto known = routes_.find(account.id);
    if (known != routes_.end()) return *known->second;
    const auto member = std::find_if(exchanges_.begin(), exchanges_.end(), [&](const Member& each) {
        return each.takes(account);
    });
    CHECK(member != exchanges_.end());
    routes_.emplace(account.id, member->exchange);
    return *member->exchange;
}

void ExchangeRouter::place(const model::OrderInstruction& instruction) {
    exchange_of(instruction.account).place(instruction);
}

void ExchangeRouter::cancel(const model::CancelInstruction& instruction) {
    exchange_of(instruction.account).cancel(instruction);
}

void ExchangeRouter::query(const model::AccountId& account,
                           const model::InstrumentId& instrument,
                           const model::ClientOrderId& id) {
    exchange_of(account).query(account, instrument, id);
}

void ExchangeRouter::reconcile(const ports::AccountProjection& projection) {
    route(projection.account).reconcile(projection);
}

void ExchangeRouter::compare(const ports::AccountProjection& projection) {
    route(projection.account).compare(projection);
}

void ExchangeRouter::account_changed(const ports::AccountProjection& projection) {
    route(projection.account).account_changed(projection);
}

void ExchangeRouter::define(const model::Instrument& instrument) {
    for (const Member& each : exchanges_)
        each.exchange->define(instrument);
}

void ExchangeRouter::probe(std::function<void()> answered) {
    const auto missing = std::make_shared<std::size_t>(exchanges_.size());
    for (const Member& each : exchanges_) {
        each.exchange->probe([missing, answered] {
            if (--*missing == 0) answered();
        });
    }
}

void ExchangeRouter::begin_term(model::Epoch epoch) {
    for (const Member& each : exchanges_)
        each.exchange->begin_term(epoch);
}

void ExchangeRouter::deliver(ports::ExchangeSink& sink) {
    for (const Member& each : exchanges_)
        each.exchange->deliver(sink);
}

bool ExchangeRouter::has_reports() const {
    return std::any_of(exchanges_.begin(), exchanges_.end(), [](const Member& each) {
        return each.exchange->has_reports();
    });
}

}  // namespace botcore::runtime

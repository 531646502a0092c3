#include "apps/botcored/first_accounts.hpp"

#include "base/check.hpp"
#include "services/users/operator_token.hpp"

#include <string>

namespace botcore::apps {

void open_first_accounts(runtime::Runtime& runtime,
                         std::string_view deposit,
                         const model::Now& now) {
    const auto amount = model::parse_amount<model::Money>(deposit);
    CHECK(amount.has_value());
    for (const model::Market market : {model::Market::Futures, model::Market::Spot}) {
        const std::string name(to_text(market));
        runtime.submit({.body = model::OpenAccount{{users::operator_owner(),
                                                    model::IdempotencyKey("first-start-" + name),
                                                    "first start"},
                                                   model::AccountId(name),
                                                   market,
                                                   model::Asset("USDT"),
                                                   amount.value()},
                        .handle = 0,
                        .request_id = "first-start"},
                       now);
    }
}

}  // namespace botcore::apps

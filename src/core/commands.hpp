#pragma once

/// Commands about accounts and their money, and the start of a writer's term. The record that
/// contains a command also contains its reply, except where the exchange decides the result.

#include "core/transaction.hpp"

namespace botcore::core {

/// Every order that was sent without a result becomes Unknown; every account is compared with its
/// exchange.
void start_epoch(Transaction& transaction, const model::StartEpoch& body);
void open_account(Transaction& transaction, const model::OpenAccount& body);
void set_leverage(Transaction& transaction, const model::SetLeverage& body);
void transfer_money(Transaction& transaction, const model::TransferMoney& body);
void reset_account(Transaction& transaction, const model::ResetAccount& body);

/// Ends the cooldown, so that entries are accepted again, and resets the count of losses in a row.
void end_cooldown(model::RiskState& risk);

}  // namespace botcore::core

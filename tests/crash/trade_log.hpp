#pragma once

/// Every call sent to the daemon under an idempotency key, with its response: a complete
/// client-side history with which the daemon's state is compared.
///
///   Sent ──complete, final response──> Answered
///     └─connection lost, or a response that asks for a retry──> InDoubt ──repeated──> Answered
///
/// T1  With a file, a key is on disk before the first byte of its request is sent, so that a run
///     that was stopped continues with the same history.

#include "base/result.hpp"
#include "tests/crash/http_text.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace botcore::crash {

enum class CallState : std::uint8_t { Sent, InDoubt, Answered };

struct CallRecord {
    Call call;
    std::string account;
    CallState state = CallState::Sent;
    int status = 0;
    std::uint64_t body_hash = 0;
    std::string order = {};         ///< The order that the response names; empty when none.
    std::string order_status = {};  ///< As last seen.
    std::string executed = {};      ///< Decimal text, as last seen.
};

/// Whether this response must be stored permanently. Some only ask for a retry with the same key.
[[nodiscard]] bool is_final(int status, std::string_view body);

/// An order in this state never changes again.
[[nodiscard]] bool is_terminal(std::string_view order_status);

class TradeLog {
public:
    using Id = std::uint64_t;

    TradeLog() = default;
    ~TradeLog();
    TradeLog(const TradeLog&) = delete;
    TradeLog& operator=(const TradeLog&) = delete;

    /// Continues with the file's content and appends to the file from now on. Open calls are in
    /// doubt.
    [[nodiscard]] base::Outcome<std::string> attach(const std::filesystem::path& file);

    [[nodiscard]] Id begin(Call call, const std::string& account);
    /// False when a call that already had a response got a different one.
    [[nodiscard]] bool answer(Id id, const ReplyFields& answer);
    void lose(Id id);

    [[nodiscard]] const CallRecord& record(Id id) const { return records_.at(id); }

    [[nodiscard]] CallRecord& record(Id id) { return records_.at(id); }

    [[nodiscard]] std::size_t size() const { return records_.size(); }

    [[nodiscard]] std::vector<Id> in_doubt() const;

    [[nodiscard]] std::uint64_t response_count() const { return response_count_; }

    /// Calls whose first response arrived and named an order.
    [[nodiscard]] std::uint64_t orders_count() const { return orders_count_; }

private:
    void write(const std::string& line);
    void read_line(const std::string& line, std::map<std::string, Id>& ids);
    void take(CallRecord& record, int status, std::uint64_t hash);

    std::vector<CallRecord> records_;
    std::uint64_t response_count_ = 0;
    std::uint64_t orders_count_ = 0;
    int file_ = -1;
};

}  // namespace botcore::crash

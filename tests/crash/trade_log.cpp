#include "tests/crash/trade_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <sstream>

namespace botcore::crash {

namespace {

/// Codes of temporary refusals without any effect: the same key may be sent again.
constexpr std::array<std::string_view, 3> kComeBack = {
    "REQUEST_IN_PROGRESS", "TIMEOUT", "RATE_LIMITED"};

template <class Number>
Number number_of(const std::string& text) {
    Number number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

}  // namespace

bool is_final(int status, std::string_view body) {
    if (status == 200) return true;
    if (status == 202 || status == 504) return false;
    // A temporary refusal does not bind its key, unless it ended an order.
    if (status == 503) return !field_of(body, "order_id").empty();
    return std::ranges::find(kComeBack, field_of(body, "code")) == kComeBack.end();
}

bool is_terminal(std::string_view order_status) {
    constexpr std::array<std::string_view, 6> kTerminal = {
        "FILLED", "CANCELED", "EXPIRED", "REJECTED", "REFUSED", "ABSENT"};
    return std::ranges::find(kTerminal, order_status) != kTerminal.end();
}

TradeLog::~TradeLog() {
    if (file_ >= 0) ::close(file_);
}

base::Outcome<std::string> TradeLog::attach(const std::filesystem::path& file) {
    std::map<std::string, Id> ids;
    std::ifstream old(file);
    for (std::string line; std::getline(old, line);)
        read_line(line, ids);
    for (CallRecord& record : records_) {
        if (record.state == CallState::Sent) record.state = CallState::InDoubt;
    }
    file_ = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file_ < 0) return base::Failure{file.string() + ": " + std::strerror(errno)};
    return base::Done{};
}

/// "S key account method target body" or "A key status hash order". A line truncated by a kill
/// lacks a field and is ignored: its request was never sent, or is in doubt.
void TradeLog::read_line(const std::string& line, std::map<std::string, Id>& ids) {
    std::array<std::string, 6> fields;
    std::istringstream words(line);
    for (std::string& field : fields)
        std::getline(words, field, ' ');
    if (fields[0] == "S" && !fields[4].empty() && line.ends_with(" .")) {
        ids[fields[1]] = records_.size();
        records_.push_back({.call = {.method = fields[3],
                                     .target = fields[4],
                                     .body = fields[5] == "-" ? "" : fields[5],
                                     .key = fields[1]},
                            .account = fields[2]});
    } else if (fields[0] == "A" && ids.contains(fields[1]) && line.ends_with(" .")) {
        CallRecord& record = records_[ids[fields[1]]];
        record.order = fields[4] == "-" ? "" : fields[4];
        take(record, number_of<int>(fields[2]), number_of<std::uint64_t>(fields[3]));
    }
}

void TradeLog::write(const std::string& line) {
    if (file_ < 0) return;
    CHECK(::write(file_, line.data(), line.size()) == static_cast<ssize_t>(line.size()));
}

TradeLog::Id TradeLog::begin(Call call, const std::string& account) {
    if (file_ >= 0) {
        write("S " + call.key + ' ' + account + ' ' + call.method + ' ' + call.target + ' ' +
              (call.body.empty() ? "-" : call.body) + " .\n");
    }
    records_.push_back({.call = std::move(call), .account = account});
    return records_.size() - 1;
}

void TradeLog::take(CallRecord& record, int status, std::uint64_t hash) {
    record.state = CallState::Answered;
    record.status = status;
    record.body_hash = hash;
    ++response_count_;
    if (!record.order.empty()) ++orders_count_;
}

bool TradeLog::answer(Id id, const ReplyFields& answer) {
    CallRecord& record = records_.at(id);
    const std::uint64_t hash = hash_of(answer.body);
    if (record.state == CallState::Answered) {
        return answer.status == record.status && hash == record.body_hash && answer.replayed;
    }
    if (!is_final(answer.status, answer.body)) {
        record.state = CallState::InDoubt;
        return true;
    }
    record.order = field_of(answer.body, "order_id");
    if (answer.status == 200) {
        record.order_status = field_of(answer.body, "status");
        record.executed = field_of(answer.body, "executed_quantity");
    }
    take(record, answer.status, hash);
    if (file_ >= 0) {
        write("A " + record.call.key + ' ' + std::to_string(answer.status) + ' ' +
              std::to_string(hash) + ' ' + (record.order.empty() ? "-" : record.order) + " .\n");
    }
    return true;
}

void TradeLog::lose(Id id) {
    CallRecord& record = records_.at(id);
    if (record.state == CallState::Sent) record.state = CallState::InDoubt;
}

std::vector<TradeLog::Id> TradeLog::in_doubt() const {
    std::vector<Id> ids;
    for (Id id = 0; id < records_.size(); ++id) {
        if (records_[id].state != CallState::Answered) ids.push_back(id);
    }
    return ids;
}

}  // namespace botcore::crash

#include "sim/world/coverage_marks.hpp"

namespace botcore::sim {

namespace {

/// A mark inside a function is registered only when the function runs, so this list registers all
/// of them.
constexpr const char* kAllMarks[] = {
    "crash: idle",
    "crash: commit lost",
    "crash: commit kept",
    "crash: between commit and send",
    "crash: between send and reply",
    "crash: with an order unknown",
    "crash: venue ended too",
    "store: unavailable without effect",
    "store: unavailable with effect",
    "store: read failed",
    "store: load failed",
    "store: conflict",
    "store: reserve phase",
    "store: row in doubt",
    "store: behind its archive",
    "store: loss accepted",
    "store: restored from its archive",
    "account in doubt freed",
    "take-over: old writer fenced",
    "request lost",
    "request late",
    "request refused by its window",
    "request delayed in the engine",
    "request not sent",
    "reply lost",
    "reply late",
    "no reply",
    "report duplicated",
    "report reordered",
    "stream lost a report",
    "query lags: not found",
    "query lags: older state",
    "cancel lost",
    "cancel of an order that had ended",
    "order partly filled",
    "order proven absent",
    "account frozen because the exchange broke its rules",
    "order resting at the end",
    "refused: stale price",
    "refused: no price",
    "refused: clock",
    "refused: storage reserve",
    "refused: not reconciled",
    "refused: frozen",
    "refused: store behind its archive",
    "refused: balance",
    "exit during reserve",
    "market gap",
    "market stale",
    "clock jump forward",
    "clock jump back",
    "clock jump of years",
    "client: same key in parallel",
    "client: same key, other body",
    "client: request repeated",
    "reply: replayed",
    "reply: outcome unknown",
    "reply: still in progress",
    "reply: key reused",
    "reply: expired",
    "money transferred",
    "account reset",
    "leverage set",
    "position closed",
    "all orders cancelled",
    "everything flattened",
    "operating mode set",
    "stop order triggered",
    "take profit triggered",
    "triggered limit restored",
    "stop rejected beyond the market",
    "stop cancelled after its position",
    "stop trailed",
    "unprotected fill closed again",
    "exit queued",
    "queued exit sent",
    "queued exit expired",
    "refused: maintenance",
    "refused: halted",
    "refused: too many positions",
    "refused: cool-down",
    "refused: daily loss",
    "refused: drawdown",
    "refused: exposure",
    "refused: order rate",
};

}  // namespace

std::map<std::string, std::uint64_t>& marks() {
    static std::map<std::string, std::uint64_t> counts = [] {
        std::map<std::string, std::uint64_t> all;
        for (const char* name : kAllMarks)
            all.emplace(name, 0);
        return all;
    }();
    return counts;
}

std::vector<std::string> marks_missed() {
    std::vector<std::string> missed;
    for (const auto& [name, count] : marks()) {
        if (count == 0) missed.push_back(name);
    }
    return missed;
}

CoverageMark::CoverageMark(const char* name) : count(&marks()[name]) {
}

}  // namespace botcore::sim

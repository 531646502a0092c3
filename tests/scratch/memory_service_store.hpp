#pragma once

/// A store of service rows in memory, which survives the "process" of a test and can hang.

#include "ports/service_store.hpp"

#include <map>
#include <utility>

namespace botcore::scratch {

class MemoryServiceStore final : public ports::ServiceStore {
public:
    [[nodiscard]] base::Result<std::vector<ports::ServiceRow>, std::string> rows(
        std::string_view kind) override {
        if (!problem_.empty()) return base::Failure{problem_};
        std::vector<ports::ServiceRow> found;
        for (const auto& [key, text] : rows_)
            if (key.first == kind) found.push_back({key.first, key.second, text});
        return found;
    }

    void change(std::vector<ports::ServiceChange> changes, Done done) override {
        if (hangs_) return;
        for (ports::ServiceChange& change : changes) {
            const std::pair key{change.row.kind, change.row.key};
            if (change.removed) {
                rows_.erase(key);
            } else {
                rows_[key] = std::move(change.row.text);
            }
        }
        if (done) done();
    }

    [[nodiscard]] std::string error() const override { return problem_; }

    void put(const ports::ServiceRow& row) { rows_[{row.kind, row.key}] = row.text; }

    [[nodiscard]] std::size_t size() const { return rows_.size(); }

    /// From now on nothing becomes durable.
    void hang() { hangs_ = true; }

    void fail(const std::string& problem) { problem_ = problem; }

private:
    std::map<std::pair<std::string, std::string>, std::string> rows_;
    bool hangs_ = false;
    std::string problem_;
};

}  // namespace botcore::scratch

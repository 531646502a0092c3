#pragma once

/// Which of the known instruments the lists of the API show. A choice of what to look at, nothing
/// more: quotes, books, candles, orders and risk of the others go on as before, and they can be
/// asked for by name. At first all are shown.
///
/// F1  A change is on disk before it is answered; a damaged file hides nothing.
/// F2  The file lists what is hidden, so that an instrument new to the software is shown.
///
/// Threads: the loop thread only; a change writes one small file there.

#include "base/result.hpp"
#include "model/names.hpp"

#include <filesystem>
#include <set>
#include <string>

namespace botcore::shell {

class FollowedSymbols {
public:
    /// Reads `path` where it is there. An empty path keeps the choice in memory only.
    explicit FollowedSymbols(std::filesystem::path path);

    [[nodiscard]] bool is_followed(const model::InstrumentId& instrument) const {
        return !hidden_.contains(instrument);
    }

    /// Both do nothing where it is so already. The error says why the file could not be written;
    /// then nothing has changed.
    [[nodiscard]] base::Outcome<std::string> follow(const model::InstrumentId& instrument);
    [[nodiscard]] base::Outcome<std::string> unfollow(const model::InstrumentId& instrument);

    /// What was wrong with the file at the start; empty when nothing was.
    [[nodiscard]] const std::string& trouble() const { return trouble_; }

private:
    [[nodiscard]] base::Outcome<std::string> change_to(std::set<model::InstrumentId> hidden);

    std::filesystem::path path_;
    std::set<model::InstrumentId> hidden_;
    std::string trouble_;
};

}  // namespace botcore::shell

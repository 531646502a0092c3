#pragma once

/// The instruments that the lists of the API show. This is a display filter only: quotes, books,
/// candles, orders and risk of hidden instruments work as before, and hidden instruments can be
/// requested by name. Initially all instruments are shown.
///
/// F1  A change is on disk before the response is sent. A damaged file hides no instrument.
/// F2  The file lists the hidden instruments, so that an instrument new to the software is shown.
///
/// Threads: the loop thread only; a change writes one small file there.

#include "base/result.hpp"
#include "model/names.hpp"

#include <filesystem>
#include <set>
#include <string>

namespace botcore::api {

class FollowedSymbols {
public:
    /// Reads the file `path` if it exists. With an empty path, the choice is kept in memory only.
    explicit FollowedSymbols(std::filesystem::path path);

    [[nodiscard]] bool is_followed(const model::InstrumentId& instrument) const {
        return !hidden_.contains(instrument);
    }

    /// `follow` shows the instrument in lists, `unfollow` hides it. Both do nothing when the
    /// instrument is already in that state. The error says why the file could not be written; in
    /// that case nothing has changed.
    [[nodiscard]] base::Outcome<std::string> follow(const model::InstrumentId& instrument);
    [[nodiscard]] base::Outcome<std::string> unfollow(const model::InstrumentId& instrument);

    /// What was wrong with the file at the start; empty when nothing was.
    [[nodiscard]] const std::string& load_error() const { return trouble_; }

private:
    [[nodiscard]] base::Outcome<std::string> change_to(std::set<model::InstrumentId> hidden);

    std::filesystem::path path_;
    std::set<model::InstrumentId> hidden_;
    std::string trouble_;
};

}  // namespace botcore::api

#pragma once

/// Reads the daemon's files without the help of the daemon. It changes nothing and does not disturb
/// a running daemon.

#include "base/result.hpp"
#include "core/state.hpp"
#include "ports/store.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace botcore::botctl {

class OfflineStore {
public:
    /// The error says what was expected in the folder and what was found.
    [[nodiscard]] static base::Result<OfflineStore, std::string> open(
        const std::filesystem::path& data);

    [[nodiscard]] ports::StoreReader& reader() { return *reader_; }

    /// The open state of the shard, in which all accounts count as not reconciled.
    [[nodiscard]] ports::StoreResult<core::State> state();

private:
    explicit OfflineStore(std::string path) : path_(std::move(path)) {}

    std::string path_;
    std::unique_ptr<ports::StoreReader> reader_;
};

}  // namespace botcore::botctl

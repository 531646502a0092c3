#pragma once

/// The daemon's files, read without the daemon. Nothing is changed; a daemon that runs meanwhile is
/// not disturbed.

#include "base/result.hpp"
#include "core/state.hpp"
#include "ports/store.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace botcore::botctl {

class OfflineStore {
public:
    /// The text says what was expected in the folder and what was there.
    [[nodiscard]] static base::Result<OfflineStore, std::string> open(
        const std::filesystem::path& data);

    [[nodiscard]] ports::StoreReader& reader() { return *reader_; }

    /// The open state of the shard, with its accounts not reconciled.
    [[nodiscard]] ports::StoreResult<core::State> state();

private:
    explicit OfflineStore(std::string path) : path_(std::move(path)) {}

    std::string path_;
    std::unique_ptr<ports::StoreReader> reader_;
};

}  // namespace botcore::botctl

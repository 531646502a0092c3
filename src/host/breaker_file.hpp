#pragma once

/// Stores the state of the breakers over a restart, in the file `breakers.json` in the data folder,
/// which is rewritten at each transition. Nothing depends on the file: without it a breaker starts
/// closed.
///
/// M1  A reader sees the old file or the new one, never a partial one.
/// M2  A file that cannot be parsed is renamed to `breakers.json.damaged`, and that is logged.
///
/// Threads: the loop thread. Writes are not synced to disk: after a power failure a breaker may
/// have lost its state, and opens again after ten failures.

#include "observability/log.hpp"
#include "resilience/breaker.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace botcore::host {

class BreakerFile {
public:
    /// Reads the file if it exists.
    BreakerFile(std::filesystem::path path, observability::Log& log);

    [[nodiscard]] std::optional<resilience::BreakerMemory> find(std::string_view name) const;

    /// Stores `memory` for the breaker `name` and writes the file. A disk error is only logged.
    void store(std::string_view name, const resilience::BreakerMemory& memory);

private:
    void read();
    [[nodiscard]] bool understand(const std::string& text);
    [[nodiscard]] bool write() const;

    std::filesystem::path path_;
    observability::Log& log_;
    std::map<std::string, resilience::BreakerMemory, std::less<>> memories_;
};

}  // namespace botcore::host

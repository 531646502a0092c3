#pragma once

/// What the breakers remember over a restart: `breakers.json` in the data folder, written whole at
/// each transition. Nothing depends on it: without it a breaker starts closed.
///
/// M1  A reader sees the old file or the new one, never half of it.
/// M2  A file that cannot be understood is set aside as `breakers.json.damaged`, with a log line.
///
/// Threads: the thread of the loop. Writes do not wait for the disk: what a power cut may cost is
/// learned again by ten failures.

#include "resilience/breaker.hpp"
#include "shell/log/log.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace botcore::shell::outbound {

class BreakerFile {
public:
    /// Reads the file, where there is one.
    BreakerFile(std::filesystem::path path, log::Log& log);

    [[nodiscard]] std::optional<resilience::BreakerMemory> find(std::string_view name) const;

    /// Keeps `memory` and writes the file. A disk that fails costs a log line, nothing else.
    void store(std::string_view name, const resilience::BreakerMemory& memory);

private:
    void read();
    [[nodiscard]] bool understand(const std::string& text);
    [[nodiscard]] bool write() const;

    std::filesystem::path path_;
    log::Log& log_;
    std::map<std::string, resilience::BreakerMemory, std::less<>> memories_;
};

}  // namespace botcore::shell::outbound

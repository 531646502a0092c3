#pragma once

/// A temporary folder for one test, with the log to which the tested code writes.

#include "observability/log.hpp"
#include "tests/scratch/temporary_folder.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace botcore::host {

class TestFolder {
public:
    TestFolder() { log_.emplace("test", observability::Level::Info, file("log")); }

    [[nodiscard]] std::string file(const std::string& name) const { return folder_.file(name); }

    [[nodiscard]] std::string text_of(const std::string& name) const {
        std::ostringstream text;
        text << std::ifstream(file(name)).rdbuf();
        return text.str();
    }

    void put(const std::string& name, const std::string& text) const {
        std::ofstream(file(name)) << text;
    }

    [[nodiscard]] observability::Log& log() { return *log_; }

    /// The text logged so far. Later lines are written to another file.
    [[nodiscard]] std::string logged() {
        log_.emplace("test", observability::Level::Info, file("log-after"));
        return text_of("log");
    }

private:
    scratch::TemporaryFolder folder_;
    std::optional<observability::Log> log_;
};

}  // namespace botcore::host

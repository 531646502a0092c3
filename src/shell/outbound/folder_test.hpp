#pragma once

/// A folder of its own for one test, with the log that the test's parts write.

#include "shell/log/log.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace botcore::shell::outbound {

class TestFolder {
public:
    TestFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "botcore-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
        log_.emplace("test", log::Level::Info, file("log"));
    }

    TestFolder(const TestFolder&) = delete;
    TestFolder& operator=(const TestFolder&) = delete;

    ~TestFolder() {
        log_.reset();
        std::filesystem::remove_all(path_);
    }

    [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }

    [[nodiscard]] std::string text_of(const std::string& name) const {
        std::ostringstream text;
        text << std::ifstream(file(name)).rdbuf();
        return text.str();
    }

    void put(const std::string& name, const std::string& text) const {
        std::ofstream(file(name)) << text;
    }

    [[nodiscard]] log::Log& log() { return *log_; }

    /// What was logged so far. Ends the log.
    [[nodiscard]] std::string logged() {
        log_.emplace("test", log::Level::Info, file("log-after"));
        return text_of("log");
    }

private:
    std::filesystem::path path_;
    std::optional<log::Log> log_;
};

}  // namespace botcore::shell::outbound

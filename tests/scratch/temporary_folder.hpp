#pragma once

/// Folders for tests that write files. A test leaves no files on the disk.

#include "base/check.hpp"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace botcore::scratch {

/// An empty folder that is removed with this object.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "botcore-XXXXXX").string();
        CHECK(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }

    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    [[nodiscard]] std::string file(std::string_view name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

/// During its lifetime, temporary folders are created inside one folder that is removed with this
/// object. This includes the folders of child processes: the child of a death test never cleans up.
class TemporaryRoot {
public:
    TemporaryRoot() {
        const char* const outer = std::getenv("TMPDIR");
        if (outer != nullptr) outer_ = outer;
        CHECK(::setenv("TMPDIR", folder_.path().c_str(), 1) == 0);
    }

    ~TemporaryRoot() {
        if (outer_) {
            ::setenv("TMPDIR", outer_->c_str(), 1);
        } else {
            ::unsetenv("TMPDIR");
        }
    }

    TemporaryRoot(const TemporaryRoot&) = delete;
    TemporaryRoot& operator=(const TemporaryRoot&) = delete;

private:
    TemporaryFolder folder_;
    std::optional<std::string> outer_;
};

}  // namespace botcore::scratch

#pragma once

/// Where log lines go: a descriptor such as standard error, or a file that is moved aside when it
/// has grown.
///
/// K1  `write` takes a line whole or answers Down; then the same line comes again later, and
///     goes on where it stopped. No line is torn by a full disk.
///
/// Threads: the thread "log".

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace botcore::shell::log {

enum class Written : std::uint8_t { Yes, Down };

class LineSink {
public:
    virtual ~LineSink() = default;
    [[nodiscard]] virtual Written write(std::string_view line) = 0;

    /// Onto stable storage, where there is any.
    virtual void sync() {}
};

/// A descriptor that it does not own. A pipe that nobody empties is Down; nothing here waits longer
/// than `patience`.
class DescriptorSink final : public LineSink {
public:
    explicit DescriptorSink(int descriptor,
                            std::chrono::milliseconds patience = std::chrono::milliseconds(50));

    [[nodiscard]] Written write(std::string_view line) override;

private:
    int descriptor_;
    std::chrono::milliseconds patience_;
    std::size_t written_ = 0;  ///< Of the line at hand.
};

struct FileSinkOptions {
    std::string path;
    std::uint64_t bytes_max = 64U << 20U;  ///< The file is moved aside before it grows beyond.
    int files_max = 5;                     ///< `path`, `path.1` (the newest before), …
};

class FileSink final : public LineSink {
public:
    explicit FileSink(FileSinkOptions options);
    ~FileSink() override;
    FileSink(const FileSink&) = delete;
    FileSink& operator=(const FileSink&) = delete;

    [[nodiscard]] Written write(std::string_view line) override;
    void sync() override;

private:
    /// The file at `path`, opened anew where it is not the one that is open any more.
    [[nodiscard]] bool ready();
    void rotate();
    void close();

    FileSinkOptions options_;
    int descriptor_ = -1;
    std::uint64_t size_ = 0;
};

}  // namespace botcore::shell::log

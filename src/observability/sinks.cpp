#include "observability/sinks.hpp"

#include "base/check.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <utility>

namespace botcore::observability {

namespace {

std::uint64_t size_of(int file) {
    struct stat now{};
    return ::fstat(file, &now) == 0 ? static_cast<std::uint64_t>(now.st_size) : 0;
}

}  // namespace

DescriptorSink::DescriptorSink(int descriptor, Format format, std::chrono::milliseconds patience)
    : descriptor_(descriptor),
      format_(format),
      patience_(patience) {
}

Written DescriptorSink::write(std::string_view line) {
    while (written_ < line.size()) {
        pollfd ready{.fd = descriptor_, .events = POLLOUT, .revents = 0};
        if (::poll(&ready, 1, static_cast<int>(patience_.count())) <= 0) return Written::Down;
        // A writable pipe has room for at least this much, so the call cannot block.
        const std::size_t size = std::min<std::size_t>(line.size() - written_, PIPE_BUF);
        const ssize_t done = ::write(descriptor_, line.data() + written_, size);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return Written::Down;
        written_ += static_cast<std::size_t>(done);
    }
    written_ = 0;
    return Written::Yes;
}

FileSink::FileSink(FileSinkOptions options) : options_(std::move(options)) {
    CHECK(options_.files_max >= 1);
}

FileSink::~FileSink() {
    close();
}

void FileSink::close() {
    if (descriptor_ >= 0) (void)::close(std::exchange(descriptor_, -1));
}

bool FileSink::ready() {
    struct stat there{};
    struct stat ours{};
    const bool same = descriptor_ >= 0 && ::stat(options_.path.c_str(), &there) == 0 &&
                      ::fstat(descriptor_, &ours) == 0 && there.st_ino == ours.st_ino &&
                      there.st_dev == ours.st_dev;
    if (same) {
        size_ = static_cast<std::uint64_t>(ours.st_size);
        return true;
    }
    close();
    // A missing folder is not created again: it may be on a disk that will return.
    descriptor_ = ::open(options_.path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (descriptor_ < 0) return false;
    size_ = size_of(descriptor_);
    return true;
}

/// Opens the new file at once and not only with the next line, so that a program that has renamed
/// the old file finds the new one in its place.
void FileSink::reopen() {
    close();
    (void)ready();
}

/// Removes a partial line (K1); the whole line is written again later. If another program has
/// truncated the file meanwhile, there is no partial line to remove.
void FileSink::take_back(std::size_t written) {
    const std::uint64_t end = size_ + written;
    if (written == 0 || size_of(descriptor_) != end) return;
    (void)::ftruncate(descriptor_, static_cast<off_t>(size_));
}

void FileSink::rotate() {
    close();
    for (int i = options_.files_max - 1; i >= 1; --i) {
        const std::string from =
            i == 1 ? options_.path : options_.path + "." + std::to_string(i - 1);
        const std::string to = options_.path + "." + std::to_string(i);
        (void)std::rename(from.c_str(), to.c_str());
    }
    if (options_.files_max == 1) (void)std::remove(options_.path.c_str());
}

Written FileSink::write(std::string_view line) {
    if (!ready()) return Written::Down;
    if (size_ > 0 && size_ + line.size() > options_.bytes_max) {
        rotate();
        if (!ready()) return Written::Down;
    }
    std::size_t written = 0;
    while (written < line.size()) {
        const ssize_t done = ::write(descriptor_, line.data() + written, line.size() - written);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) {
            take_back(written);
            return Written::Down;
        }
        written += static_cast<std::size_t>(done);
    }
    return Written::Yes;
}

void FileSink::sync() {
    if (descriptor_ >= 0) (void)::fdatasync(descriptor_);
}

}  // namespace botcore::observability

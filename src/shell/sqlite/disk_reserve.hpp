#pragma once

/// Disk space that is set aside while there is plenty, and given back step by step when the disk is
/// full, so that exits and cancels still commit (invariant I9).
///
/// R1  The file's size is what is still set aside; its blocks are allocated, never sparse.
/// R2  Nothing but this class shrinks or grows the file.

#include <cstdint>
#include <functional>
#include <string>

namespace botcore::shell::sqlite {

/// Free bytes of the file system that holds `path`, for an ordinary user; 0 when it cannot be told.
[[nodiscard]] std::uint64_t free_bytes_of(const std::string& path);

class DiskReserve {
public:
    /// Takes over what an earlier process left at `path`. Allocates nothing yet.
    DiskReserve(std::string path, std::uint64_t bytes);

    /// Gives one step (a quarter) back to the file system. False when nothing is left.
    [[nodiscard]] bool release_step();

    /// Allocates what is missing. False when the file system refuses.
    [[nodiscard]] bool refill();

    /// Bytes that are set aside now.
    [[nodiscard]] std::uint64_t size() const { return size_; }

    [[nodiscard]] std::uint64_t missing() const { return size_ < bytes_ ? bytes_ - size_ : 0; }

    [[nodiscard]] bool full() const { return missing() == 0; }

private:
    std::string path_;
    std::uint64_t bytes_;
    std::uint64_t size_ = 0;
};

}  // namespace botcore::shell::sqlite

#pragma once

/// Disk space that is reserved while there is plenty, and released step by step when the disk is
/// full, so that exits and cancels still commit (invariant I9).
///
/// R1  The file's size is the space still reserved; its blocks are allocated, never sparse.
/// R2  Only this class shrinks or grows the file.

#include <cstdint>
#include <functional>
#include <string>

namespace botcore::store_sqlite {

class DiskReserve {
public:
    /// Uses the file that an earlier process left at `path`, if there is one. Allocates no space
    /// yet.
    DiskReserve(std::string path, std::uint64_t bytes);

    /// Releases one step (a quarter) to the file system. False if nothing is left.
    [[nodiscard]] bool release_step();

    /// Allocates the missing space. False if the file system refuses.
    [[nodiscard]] bool refill();

    /// Bytes that are reserved now.
    [[nodiscard]] std::uint64_t size() const { return size_; }

    [[nodiscard]] std::uint64_t missing() const { return size_ < bytes_ ? bytes_ - size_ : 0; }

    [[nodiscard]] bool full() const { return missing() == 0; }

private:
    std::string path_;
    std::uint64_t bytes_;
    std::uint64_t size_ = 0;
};

}  // namespace botcore::store_sqlite

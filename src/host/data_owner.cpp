#include "host/data_owner.hpp"

#include "host/durable_file.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace botcore::host {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kPasswordBytesMax = std::size_t{16} << 10U;

struct Account {
    std::string name;
    gid_t group = 0;
};

/// The account of the user. Empty when the machine knows only the user's number, as in a container.
std::optional<Account> account_of(uid_t user) {
    std::array<char, kPasswordBytesMax> memory{};
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(user, &entry, memory.data(), memory.size(), &found) != 0) return std::nullopt;
    if (found == nullptr) return std::nullopt;
    return Account{found->pw_name, found->pw_gid};
}

std::optional<Owner> owner_of_name(const fs::path& name) {
    struct stat status{};
    if (::stat(name.c_str(), &status) != 0) return std::nullopt;
    return Owner{status.st_uid, status.st_gid};
}

std::string run_as(const Owner& owner) {
    const auto account = account_of(owner.user);
    const std::string user = account ? account->name : "'#" + std::to_string(owner.user) + "'";
    return "run this as that user: sudo -u " + user;
}

/// Becomes the user for good: sets the real, effective and saved ids. The groups come first, since
/// only root may change groups.
bool become(const Owner& owner) {
    const auto account = account_of(owner.user);
    const gid_t group = account ? account->group : owner.group;
    const bool groups =
        account ? ::initgroups(account->name.c_str(), group) == 0 : ::setgroups(1, &group) == 0;
    return groups && ::setresgid(group, group, group) == 0 &&
           ::setresuid(owner.user, owner.user, owner.user) == 0;
}

/// Finds files that an earlier root process left behind, which would otherwise fail only when they
/// are needed.
base::Outcome<std::string> check_files(const fs::path& data) {
    for (const char* const name : {"lock",
                                   "botcore.db",
                                   "botcore.db-wal",
                                   "botcore.db-shm",
                                   "botcore.db-reserve",
                                   "users.sqlite",
                                   "users.sqlite-wal",
                                   "users.sqlite-shm"}) {
        const fs::path file = data / name;
        if (::faccessat(AT_FDCWD, file.c_str(), R_OK | W_OK, AT_EACCESS) == 0) continue;
        if (errno != EACCES) continue;
        const auto owner = owner_of_name(file);
        if (!owner) continue;  // The folder itself cannot be entered; opening it will report that.
        const std::string user = std::to_string(::geteuid());
        return base::Failure{file.string() + " belongs to " + name_of(*owner) +
                             " and cannot be used; as root: chown -R " + user + " " +
                             data.string()};
    }
    return base::Done{};
}

}  // namespace

std::optional<Owner> owner_of(const fs::path& data) {
    const auto folder = owner_of_name(data);
    if (!folder || folder->user != 0) return folder;
    const auto lock = owner_of_name(data / "lock");
    return lock ? lock : folder;
}

std::string name_of(const Owner& owner) {
    const auto account = account_of(owner.user);
    const std::string number = "uid " + std::to_string(owner.user);
    return account ? account->name + " (" + number + ")" : number;
}

base::Result<std::string, std::string> become_owner_of(const fs::path& data) {
    const auto owner = owner_of(data);
    if (!owner) return std::string();
    if (owner->user == ::geteuid() || owner->user == 0) {
        (void)TRY(check_files(data));
        return std::string();
    }
    const std::string whose = "the data folder " + data.string() + " belongs to " + name_of(*owner);
    if (::geteuid() != 0) return base::Failure{whose + "; " + run_as(*owner)};
    // The kernel resets the death signal and the "dumpable" flag when the user changes, but the
    // parent process relies on both.
    int death_signal = 0;
    (void)::prctl(PR_GET_PDEATHSIG, &death_signal);
    const int dumpable = ::prctl(PR_GET_DUMPABLE);
    if (!become(*owner)) {
        return base::Failure{whose + " and root cannot switch to that user here (" +
                             std::strerror(errno) + "); " + run_as(*owner)};
    }
    (void)::prctl(PR_SET_DUMPABLE, dumpable == 1 ? 1 : 0);
    (void)::prctl(PR_SET_PDEATHSIG, death_signal);
    (void)TRY(check_files(data));
    return whose + "; continuing as that user";
}

base::Outcome<std::string> give_to_owner_of(const fs::path& data, const fs::path& file) {
    const auto owner = owner_of(data);
    if (!owner || ::geteuid() != 0) return base::Done{};
    if (::lchown(file.c_str(), owner->user, owner->group) == 0) return base::Done{};
    return system_failure("give to " + name_of(*owner), file);
}

}  // namespace botcore::host

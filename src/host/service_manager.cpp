#include "host/service_manager.hpp"

#include "base/whole_number.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

namespace botcore::host {

namespace {

/// The shortest watchdog time that is accepted; a shorter one would keep the loop busy.
constexpr std::int64_t kWatchdogMicrosecondsMin = 1'000;

/// Fills in the address and returns its length; 0 if the text does not name a socket.
socklen_t address_of(std::string_view text, sockaddr_un& address) {
    address = {};
    address.sun_family = AF_UNIX;
    const bool known = text.starts_with('/') || text.starts_with('@');
    if (!known || text.size() < 2 || text.size() >= sizeof address.sun_path) return 0;
    std::memcpy(address.sun_path, text.data(), text.size());
    // An abstract name begins with a zero byte and is not zero-terminated; the length marks its
    // end.
    const bool is_abstract = text.starts_with('@');
    if (is_abstract) address.sun_path[0] = '\0';
    return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + text.size() +
                                  (is_abstract ? 0 : 1));
}

}  // namespace

ServiceManager::ServiceManager(std::string_view socket, std::string_view watchdog) {
    sockaddr_un address{};
    const socklen_t length = address_of(socket, address);
    if (length == 0) return;
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket_ < 0) return;
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), length) != 0) {
        ::close(socket_);
        socket_ = -1;
        return;
    }
    const auto microseconds = base::whole_number<std::int64_t>(watchdog).value_or(0);
    if (microseconds >= kWatchdogMicrosecondsMin) {
        every_ = std::chrono::microseconds(microseconds / 2);
    }
}

ServiceManager::~ServiceManager() {
    if (socket_ >= 0) ::close(socket_);
}

void ServiceManager::send(std::string_view message) const {
    if (socket_ < 0) return;
    (void)::send(socket_, message.data(), message.size(), MSG_NOSIGNAL);
}

}  // namespace botcore::host

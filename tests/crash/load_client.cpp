#include "tests/crash/load_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace botcore::crash {

namespace {

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::size_t kEventsMax = 256;
/// The longest wait before `done` is called again.
constexpr std::chrono::milliseconds kTurnMax(20);

}  // namespace

int connect_to(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return -1;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic{};
    static_assert(sizeof(generic) == sizeof(address));
    std::memcpy(&generic, &address, sizeof(address));
    const int one = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (::connect(socket, &generic, sizeof(generic)) == 0) return socket;
    ::close(socket);
    return -1;
}

LoadClient::LoadClient(std::uint16_t port, std::size_t connections, LoadSource& source)
    : port_(port),
      source_(source),
      connections_(connections),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
}

LoadClient::~LoadClient() {
    close();
    if (epoll_ >= 0) ::close(epoll_);
}

base::Outcome<std::string> LoadClient::connect() {
    for (std::size_t i = 0; i < connections_.size(); ++i) {
        Connection& connection = connections_[i];
        if (connection.socket >= 0) continue;
        connection.socket = connect_to(port_);
        if (connection.socket < 0) {
            return base::Failure{"cannot connect to port " + std::to_string(port_) + ": " +
                                 std::strerror(errno)};
        }
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = i;
        if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.socket, &event) != 0) {
            return base::Failure{std::string("epoll: ") + std::strerror(errno)};
        }
        ++open_count_;
    }
    return base::Done{};
}

void LoadClient::run_until(Clock::time_point deadline, const std::function<bool()>& done) {
    while (open_count_ > 0 && Clock::now() < deadline && !(done && done())) {
        if (busy_count_ < open_count_) {
            for (Connection& connection : connections_)
                feed(connection);
            if (busy_count_ == 0) return;
        }
        turn(deadline, done ? Feeding::No : Feeding::Yes);
    }
}

void LoadClient::drain_until(Clock::time_point deadline) {
    while (busy_count_ > 0 && Clock::now() < deadline)
        turn(deadline, Feeding::No);
}

void LoadClient::close() {
    for (Connection& connection : connections_)
        end(connection);
}

void LoadClient::turn(Clock::time_point deadline, Feeding feeding) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    const auto wait = std::clamp(left, std::chrono::milliseconds(0), kTurnMax);
    std::array<epoll_event, kEventsMax> events{};
    const int count = ::epoll_wait(
        epoll_, events.data(), static_cast<int>(events.size()), static_cast<int>(wait.count()));
    for (int i = 0; i < count; ++i) {
        receive(connections_[events.at(static_cast<std::size_t>(i)).data.u64], feeding);
    }
}

void LoadClient::feed(Connection& connection) {
    if (connection.socket < 0 || connection.id != LoadSource::kNone) return;
    connection.out.clear();
    connection.id = source_.next(connection.out);
    if (connection.id == LoadSource::kNone) return;
    ++busy_count_;
    connection.sent = Clock::now();
    std::string_view rest = connection.out;
    // Requests are far smaller than a socket's buffer, so this never blocks.
    while (!rest.empty()) {
        const ssize_t sent = ::send(connection.socket, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return end(connection);
        rest.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void LoadClient::receive(Connection& connection, Feeding feeding) {
    if (connection.socket < 0) return;
    const std::size_t before = connection.in.size();
    connection.in.resize(before + kReadBytes);
    const ssize_t got =
        ::recv(connection.socket, connection.in.data() + before, kReadBytes, MSG_DONTWAIT);
    connection.in.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0 || !take_one(connection)) return end(connection);
    if (feeding == Feeding::Yes) feed(connection);
}

/// False when the connection cannot be used any more.
bool LoadClient::take_one(Connection& connection) {
    ReplyFields answer;
    const auto taken = parse_response(connection.in, answer);
    if (!taken) return false;
    if (*taken == 0) return true;
    if (connection.id == LoadSource::kNone) return false;
    const LoadSource::Id id = std::exchange(connection.id, LoadSource::kNone);
    --busy_count_;
    source_.on_response(id, answer, Clock::now() - connection.sent);
    const bool open = !answer.closing;
    connection.in.erase(0, *taken);
    return open;
}

void LoadClient::end(Connection& connection) {
    if (connection.socket < 0) return;
    ::close(connection.socket);
    connection.socket = -1;
    connection.in.clear();
    --open_count_;
    if (connection.id == LoadSource::kNone) return;
    --busy_count_;
    source_.on_lost(std::exchange(connection.id, LoadSource::kNone));
}

std::optional<Answer> ask(std::uint16_t port,
                          const Call& call,
                          std::string_view token,
                          std::chrono::milliseconds within) {
    class Once final : public LoadSource {
    public:
        explicit Once(std::string bytes) : bytes_(std::move(bytes)) {}

        Id next(std::string& out) override {
            if (bytes_.empty()) return kNone;
            out += std::exchange(bytes_, {});
            return 0;
        }

        void on_response(Id /*id*/, const ReplyFields& answer, Clock::duration) override {
            answer_ = Answer{answer.status, std::string(answer.body), answer.replayed};
        }

        void on_lost(Id /*id*/) override {}

        [[nodiscard]] std::optional<Answer> take() { return std::move(answer_); }

    private:
        std::string bytes_;
        std::optional<Answer> answer_;
    };

    std::string bytes;
    append_request(bytes, call, token);
    Once once(std::move(bytes));
    LoadClient client(port, 1, once);
    if (!client.connect()) return std::nullopt;
    client.run_until(Clock::now() + within);
    return once.take();
}

}  // namespace botcore::crash

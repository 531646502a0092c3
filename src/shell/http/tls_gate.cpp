#include "shell/http/tls_gate.hpp"

#include "shell/files/whole_file.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <set>

namespace botcore::shell::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;
using Local = asio::local::stream_protocol::socket;

namespace {

constexpr std::chrono::seconds kGoodbyeWithin(2);
constexpr std::size_t kTlsFileMax = std::size_t{4} << 20U;
constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";

using Context = std::shared_ptr<asio::ssl::context>;

base::Outcome<std::string> readable(std::string_view what, const std::string& path) {
    const auto read = files::read_file(path, kTlsFileMax);
    if (read) return base::Done{};
    return base::Failure{"cannot use the TLS " + std::string(what) + ": " + read.error()};
}

base::Result<Context, std::string> make_context(const TlsFiles& paths) {
    const auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
    SSL_CTX* const raw = context->native_handle();
    SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
    SSL_CTX_set_options(
        raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    if (SSL_CTX_set_cipher_list(raw, kCiphers) != 1) {
        return base::Failure{std::string("this OpenSSL knows none of the ciphers")};
    }
    struct stat status{};
    if (::stat(paths.key.c_str(), &status) == 0 && (status.st_mode & S_IRWXO) != 0) {
        return base::Failure{"everybody may use the TLS key " + paths.key + "; chmod o= it"};
    }
    // The library says of a folder that it has "no start line".
    (void)TRY(readable("certificate", paths.certificate));
    (void)TRY(readable("key", paths.key));
    Error error;
    context->use_certificate_chain_file(paths.certificate, error);
    if (error) {
        return base::Failure{"cannot use the TLS certificate " + paths.certificate + ": " +
                             error.message()};
    }
    // Also refuses a key that does not belong to the certificate.
    context->use_private_key_file(paths.key, asio::ssl::context::pem, error);
    if (error) {
        return base::Failure{"cannot use the TLS key " + paths.key + ": " + error.message()};
    }
    return context;
}

}  // namespace

struct TlsGate::Shared {
    asio::io_context& context;
    TlsFiles files;
    std::chrono::milliseconds handshake_within;
    std::function<void()> changed;
    Context tls;
    std::set<Pipe*> pipes;
};

/// One connection: TLS on the outside, a pair of local sockets on the inside.
class TlsGate::Pipe : public std::enable_shared_from_this<Pipe> {
public:
    Pipe(std::shared_ptr<Shared> shared, tcp::socket socket)
        : shared_(std::move(shared)),
          tls_(shared_->tls),
          outside_(std::move(socket), *tls_),
          inside_(shared_->context),
          timer_(shared_->context) {
        shared_->pipes.insert(this);
    }

    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    ~Pipe() {
        shared_->pipes.erase(this);
        if (shared_->changed) shared_->changed();
    }

    static asio::awaitable<void> run(std::shared_ptr<Pipe> self,
                                     std::function<void(tcp::socket)> ready) {
        self->cut_after(self->shared_->handshake_within);
        Error error;
        co_await self->outside_.async_handshake(asio::ssl::stream_base::server, self->token(error));
        self->timer_.cancel();
        if (error || self->is_cut_) co_return self->cut();
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
            co_return self->cut();
        }
        self->inside_.assign(asio::local::stream_protocol(), ends[0], error);
        // The kind of the address is never looked at: whoever gets it is told who is calling.
        tcp::socket plain(self->shared_->context);
        plain.assign(tcp::v4(), ends[1], error);
        ready(std::move(plain));
        asio::co_spawn(self->shared_->context, send(self), asio::detached);
        co_await receive(self);
    }

    void cut() {
        is_cut_ = true;
        Error ignored;
        timer_.cancel();
        outside_.lowest_layer().close(ignored);
        inside_.close(ignored);
    }

    [[nodiscard]] bool is_open() const { return inside_.is_open(); }

private:
    static asio::redirect_error_t<asio::use_awaitable_t<>> token(Error& error) {
        return asio::redirect_error(asio::use_awaitable, error);
    }

    void cut_after(std::chrono::milliseconds limit) {
        timer_.expires_after(limit);
        timer_.async_wait([weak = weak_from_this()](const Error& error) {
            const auto self = weak.lock();
            if (!error && self) self->cut();
        });
    }

    /// From the plain side to the caller.
    static asio::awaitable<void> send(std::shared_ptr<Pipe> self) {
        std::array<char, 16 * 1024> bytes{};
        Error error;
        while (!error) {
            const std::size_t got =
                co_await self->inside_.async_read_some(asio::buffer(bytes), self->token(error));
            if (error) break;
            (void)co_await asio::async_write(
                self->outside_, asio::buffer(bytes, got), self->token(error));
        }
        self->cut_after(kGoodbyeWithin);
        co_await self->outside_.async_shutdown(self->token(error));
        self->cut();
    }

    /// From the caller to the plain side.
    static asio::awaitable<void> receive(std::shared_ptr<Pipe> self) {
        std::array<char, 16 * 1024> bytes{};
        Error error;
        while (!error) {
            const std::size_t got =
                co_await self->outside_.async_read_some(asio::buffer(bytes), self->token(error));
            if (error) break;
            (void)co_await asio::async_write(
                self->inside_, asio::buffer(bytes, got), self->token(error));
        }
        Error ignored;
        self->inside_.shutdown(Local::shutdown_send, ignored);
    }

    std::shared_ptr<Shared> shared_;
    Context tls_;  ///< Its own: a reload leaves it alone.
    asio::ssl::stream<tcp::socket> outside_;
    Local inside_;
    asio::steady_timer timer_;
    bool is_cut_ = false;
};

base::Result<std::unique_ptr<TlsGate>, std::string> TlsGate::open(
    asio::io_context& context,
    TlsFiles files,
    std::chrono::milliseconds handshake_within,
    std::function<void()> changed) {
    Context tls = TRY(make_context(files));
    return std::unique_ptr<TlsGate>(new TlsGate(std::make_shared<Shared>(
        Shared{context, std::move(files), handshake_within, std::move(changed), tls, {}})));
}

base::Outcome<std::string> TlsGate::check(const TlsFiles& files) {
    (void)TRY(make_context(files));
    return base::Done{};
}

TlsGate::~TlsGate() {
    shared_->changed = nullptr;
    for (Pipe* pipe : shared_->pipes)
        pipe->cut();
}

std::string TlsGate::reload() {
    auto fresh = make_context(shared_->files);
    if (!fresh) return fresh.error();
    shared_->tls = std::move(fresh).value();
    return {};
}

void TlsGate::take(Socket socket, std::function<void(Socket)> ready) {
    Error ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    auto pipe = std::make_shared<Pipe>(shared_, std::move(socket));
    asio::co_spawn(shared_->context, Pipe::run(std::move(pipe), std::move(ready)), asio::detached);
}

std::size_t TlsGate::size() const {
    return shared_->pipes.size();
}

void TlsGate::stop() {
    for (Pipe* pipe : shared_->pipes) {
        if (!pipe->is_open()) pipe->cut();
    }
}

}  // namespace botcore::shell::http

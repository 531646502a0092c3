#include "net/tls_context.hpp"

#include "net/readable_file.hpp"

#include <openssl/ssl.h>
#include <sys/stat.h>

namespace botcore::net {

namespace ssl = boost::asio::ssl;
using Error = boost::system::error_code;

namespace {

constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";

constexpr std::size_t kTlsFileMax = std::size_t{4} << 20U;

base::Outcome<std::string> readable(std::string_view what, const std::string& path) {
    const auto read = check_readable(path, kTlsFileMax);
    if (read) return base::Done{};
    return base::Failure{"cannot use the TLS " + std::string(what) + ": " + read.error()};
}

}  // namespace

base::Result<std::shared_ptr<ssl::context>, std::string> make_tls_context(const TlsFiles& paths) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX* const raw = context->native_handle();
    SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
    SSL_CTX_set_options(
        raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    if (SSL_CTX_set_cipher_list(raw, kCiphers) != 1) {
        return base::Failure{std::string("this OpenSSL supports none of the required ciphers")};
    }
    // The files are checked first: for a folder, OpenSSL reports only that it has "no start line".
    (void)TRY(readable("certificate", paths.certificate));
    (void)TRY(readable("key", paths.key));
    struct stat status{};
    if (::stat(paths.key.c_str(), &status) == 0 && (status.st_mode & S_IRWXO) != 0) {
        return base::Failure{"every user may access the TLS key " + paths.key +
                             "; run chmod o= on it"};
    }
    Error error;
    context->use_certificate_chain_file(paths.certificate, error);
    if (error) {
        return base::Failure{"cannot use the TLS certificate " + paths.certificate + ": " +
                             error.message()};
    }
    // This also fails for a key that does not belong to the certificate.
    context->use_private_key_file(paths.key, ssl::context::pem, error);
    if (error) {
        return base::Failure{"cannot use the TLS key " + paths.key + ": " + error.message()};
    }
    return context;
}

}  // namespace botcore::net

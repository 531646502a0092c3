#include "net/tls_client.hpp"

#include "net/readable_file.hpp"

#include <boost/asio/ip/address.hpp>

namespace botcore::net {

namespace ssl = boost::asio::ssl;

namespace {

constexpr std::size_t kAuthoritiesMax = std::size_t{64} << 20U;

}  // namespace

base::Result<std::unique_ptr<ssl::context>, std::string> make_tls(const std::string& authorities) {
    auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
    boost::system::error_code error;
    context->set_options(
        ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1,
        error);
    context->set_verify_mode(ssl::verify_peer, error);
    if (authorities.empty()) {
        context->set_default_verify_paths(error);
    } else {
        const auto read = check_readable(authorities, kAuthoritiesMax);
        if (!read)
            return base::Failure{"the certificate authorities cannot be read: " + read.error()};
        context->load_verify_file(authorities, error);
    }
    if (error) {
        return base::Failure{"the certificate authorities at '" +
                             (authorities.empty() ? "the system's default location" : authorities) +
                             "' cannot be read: " + error.message()};
    }
    return context;
}

void expect_host(SSL* session, const std::string& host) {
    boost::system::error_code no_address;
    (void)boost::asio::ip::make_address(host, no_address);
    if (no_address) {
        (void)SSL_set_tlsext_host_name(session, host.c_str());
        (void)SSL_set1_host(session, host.c_str());
    } else {
        (void)X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str());
    }
}

}  // namespace botcore::net

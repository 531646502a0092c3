#pragma once

/// A repository in a bucket of any S3-compatible server: path-style addresses, signatures of
/// version 4, TLS (plain HTTP on the loopback only).
///
/// A put first reads the object, then sends it with `If-None-Match: *`, then reads it back and
/// compares. So A2 holds as far as the server permits:
///
///   it honours the condition   nothing is ever overwritten, whichever process writes
///   it ignores the condition   nothing that existed when the put began is overwritten; if two
///                              processes put different bytes under one new name at the same
///                              moment, the later one wins, and the earlier one may have been
///                              reported as Done
///
/// Done means that the server accepted the object and then returned the same bytes. How durable its
/// storage is depends on the server.
///
/// S1  A call ends within `call_limit`, each request of it within `request_limit`. Only the
///     destructor may wait longer, for a host name lookup that the system has not ended.
/// S4  When the server asks for a pause (Retry-After), no user of the shared pause sends it a
///     request before the pause is over. A call waits for that if its own time allows, and is
///     Unavailable at once if not.
/// S2  Keys outside the prefix and keys that are not object names are neither listed nor changed.
/// S3  Credentials appear in no text.

#include "adapters/archive_s3/sigv4.hpp"
#include "net/service_url.hpp"
#include "ports/repository.hpp"

#include <atomic>
#include <chrono>
#include <memory>

namespace botcore::archive_s3 {

struct S3Place {
    net::ServiceUrl endpoint;
    std::string region;
    std::string bucket;
    std::string prefix;  ///< Empty, or without '/' at either end.
};

/// Parses "s3://bucket/prefix?endpoint=https://host:port&region=eu-central-1". The default region
/// is us-east-1. The error says what is wrong and repeats nothing of the text.
[[nodiscard]] base::Result<S3Place, std::string> parse_s3_place(std::string_view text);

/// The time until which a server has asked to receive no requests. Threads: any.
class ServerPause {
public:
    using Clock = std::chrono::steady_clock;

    void ask(Clock::time_point until) {
        auto before = until_.load();
        while (before < until.time_since_epoch() &&
               !until_.compare_exchange_weak(before, until.time_since_epoch())) {
        }
    }

    [[nodiscard]] Clock::time_point until() const { return Clock::time_point(until_.load()); }

private:
    std::atomic<Clock::duration> until_{Clock::duration::min()};
};

struct S3Options {
    S3Place place;
    S3Credentials credentials;
    std::string authorities{};  ///< A PEM file of CA certificates; empty: the system's.
    /// Storage class of snapshots; empty: the server's default. Segments live too briefly for
    /// another class.
    std::string storage_class{};
    std::shared_ptr<ServerPause> pause{};  ///< Empty: the repository has its own pause.
    std::chrono::milliseconds request_limit{20'000};
    std::chrono::milliseconds call_limit{60'000};
    int keys_of_a_page = 1'000;
};

class S3Repository final : public ports::Repository {
public:
    [[nodiscard]] static base::Result<std::unique_ptr<S3Repository>, std::string> make(
        S3Options options);

    ~S3Repository() override;
    S3Repository(const S3Repository&) = delete;
    S3Repository& operator=(const S3Repository&) = delete;

    [[nodiscard]] ports::RepositoryOutcome put(std::string_view name,
                                               std::string_view bytes) override;
    [[nodiscard]] ports::RepositoryResult<std::string> get(std::string_view name) override;
    [[nodiscard]] ports::RepositoryResult<std::vector<ports::StoredObject>> list(
        std::string_view prefix, std::string_view after) override;
    [[nodiscard]] ports::RepositoryOutcome remove(std::string_view name) override;

    [[nodiscard]] std::string place() const override;

private:
    struct Wire;
    class Call;

    S3Repository(S3Options options, std::unique_ptr<Wire> wire);

    [[nodiscard]] ports::RepositoryResult<std::string> get_in(Call& call, std::string_view name);

    S3Options options_;
    std::unique_ptr<Wire> wire_;
};

}  // namespace botcore::archive_s3

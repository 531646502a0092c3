#pragma once

/// A repository in a bucket of any server that speaks S3: path-style addresses, signatures of
/// version 4, TLS (plain HTTP on the loopback only).
///
/// A put asks for the object first, then sends it with `If-None-Match: *`, then reads it back and
/// compares. So A2 holds as far as the server lets it:
///
///   it honours the condition   nothing is ever overwritten, whoever else writes
///   it ignores the condition   nothing that was there when the put began is overwritten; of two
///                              that put other bytes under one new name within the same moment the
///                              later one stays, and the earlier one may have answered Done
///
/// Done means that the server has answered with the same bytes after it took them. How stable its
/// storage is, is the server's promise.
///
/// S1  A call ends within `call_limit`, a request of it within `request_limit`. Only the destructor
///     may wait longer, for a look-up of the host's name that the system has not given up.
/// S4  Where the server asks to be left alone for a time (Retry-After), nobody who shares the pause
///     asks it before that time is over. A call waits for that if its own time allows, and is
///     Unavailable at once if not.
/// S2  Keys outside of the prefix and keys that are no names of objects are neither listed nor
///     touched.
/// S3  Credentials appear in no text.

#include "ports/repository.hpp"
#include "shell/archive/sigv4.hpp"
#include "shell/outbound/service_url.hpp"

#include <atomic>
#include <chrono>
#include <memory>

namespace botcore::shell::archive {

struct S3Place {
    outbound::ServiceUrl endpoint;
    std::string region;
    std::string bucket;
    std::string prefix;  ///< Empty, or without '/' at its ends.
};

/// Reads "s3://bucket/prefix?endpoint=https://host:port&region=eu-central-1". The region is
/// us-east-1 where none is named. The text says what is wrong and repeats nothing.
[[nodiscard]] base::Result<S3Place, std::string> parse_s3_place(std::string_view text);

/// Until when a server asked to be left alone. Threads: any.
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
    std::string authorities{};  ///< A file of certificates in PEM; empty: the system's.
    /// Of snapshots; empty: the server's usual one. Segments live too briefly for another class.
    std::string storage_class{};
    std::shared_ptr<ServerPause> pause{};  ///< Empty: its own.
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

}  // namespace botcore::shell::archive

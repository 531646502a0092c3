#pragma once

/// Kept answers of a daemon: the cache that the configuration names, and what its keys are made of.

#include "shell/cache/account_changes.hpp"
#include "shell/config/config.hpp"
#include "shell/http/answer_cache.hpp"

#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace botcore::apps {

class Answers {
public:
    /// The text says what is wrong with the configuration.
    [[nodiscard]] static base::Result<std::unique_ptr<Answers>, std::string> make(
        const shell::Config& config, boost::asio::io_context& context, std::uint64_t seed);

    /// To be told of every commit.
    [[nodiscard]] runtime::CommitListener& changes() { return changes_; }

    [[nodiscard]] const shell::http::AnswerCache& answers() const { return answers_; }

    /// For probes, health and metrics.
    [[nodiscard]] ports::Cache& cache() { return *cache_; }

private:
    explicit Answers(std::unique_ptr<ports::Cache> cache) : cache_(std::move(cache)) {}

    shell::cache::AccountChanges changes_;
    std::unique_ptr<ports::Cache> cache_;
    shell::http::AnswerCache answers_{*cache_, changes_};
};

}  // namespace botcore::apps

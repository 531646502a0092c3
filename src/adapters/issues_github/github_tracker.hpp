#pragma once

/// Creates issues in a repository of GitHub, over the REST API, version 2022-11-28.
///
/// G1  The search reads the newest 100 issues of the repository, open or closed, and looks for the
///     marker in their texts: the search index of GitHub may be minutes behind. An attempt whose
///     answer was lost is repeated within a minute, so its issue is among them.
/// G2  The token is in no body and no error. Redirects are not followed.
///
/// Threads: the loop thread of the transport.

#include "host/json_poster.hpp"
#include "host/secret.hpp"
#include "ports/issue_tracker.hpp"

#include <chrono>
#include <string>

namespace botcore::issues_github {

struct Options {
    net::ServiceUrl url;     ///< Of the API, for example https://api.github.com.
    std::string repository;  ///< "owner/name".
    host::Secret token;
    std::chrono::microseconds limit = std::chrono::seconds(10);  ///< For one call.
};

class GithubTracker final : public ports::IssueTracker {
public:
    /// The transport must outlive this object.
    GithubTracker(Options options, net::HttpTransport& transport);

    /// 201: the issue exists. 408, 425, 429, 5xx, a 403 that asks for a pause, and no answer:
    /// failed. Everything else: refused.
    void create(const ports::Issue& issue, bool may_exist, Done done) override;

private:
    [[nodiscard]] host::JsonPoster::Headers headers() const;
    void search(const ports::Issue& issue, const Done& done);
    void post(const ports::Issue& issue, Done done);

    std::string path_;
    host::Secret token_;
    host::JsonPoster poster_;
};

}  // namespace botcore::issues_github

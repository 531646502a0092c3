#pragma once

/// Creates issues in a project of Jira Cloud, over the REST API, version 3.
///
/// J1  The marker is a label of the issue too: the search looks for that label.
/// J2  The token is in no body and no error. Redirects are not followed.
///
/// Threads: the loop thread of the transport.

#include "host/json_poster.hpp"
#include "host/secret.hpp"
#include "ports/issue_tracker.hpp"

#include <chrono>
#include <string>

namespace botcore::issues_jira {

struct Options {
    net::ServiceUrl url;  ///< Of the site, for example https://example.atlassian.net.
    std::string site;     ///< The same as text, for the addresses of issues; without a last "/".
    std::string project;  ///< The key of the project: capital letters, digits and "_".
    std::string user;     ///< The e-mail address of the account to which the token belongs.
    host::Secret token;
    std::chrono::microseconds limit = std::chrono::seconds(10);  ///< For one call.
};

class JiraTracker final : public ports::IssueTracker {
public:
    /// The transport must outlive this object.
    JiraTracker(Options options, net::HttpTransport& transport);

    /// 201: the issue exists. 408, 425, 429, 5xx, a 403 that asks for a pause, and no answer:
    /// failed. Everything else: refused.
    void create(const ports::Issue& issue, bool may_exist, Done done) override;

private:
    [[nodiscard]] host::JsonPoster::Headers headers() const;
    void search(const ports::Issue& issue, const Done& done);
    void post(const ports::Issue& issue, Done done);

    std::string site_;
    std::string project_;
    host::Secret authorization_;
    host::JsonPoster poster_;
};

}  // namespace botcore::issues_jira

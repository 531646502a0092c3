#include "adapters/issues_github/github_tracker.hpp"

#include "adapters/issues_github/github_issue.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <string_view>
#include <utility>

namespace botcore::issues_github {

namespace json = boost::json;

using Result = ports::IssueEnd::Result;

namespace {

/// 100 issues with the longest text that GitHub accepts.
constexpr std::size_t kListBytesMax = std::size_t{16} << 20U;

/// The end of a call that the tracker did not accept.
ports::IssueEnd end_of(const host::PostEnd& end) {
    const bool asks_for_a_pause = end.status == 403 && end.retry_after.has_value();
    return {.result = end.is_transient() || asks_for_a_pause ? Result::Failed : Result::Refused,
            .error = end.text,
            .retry_after = end.retry_after};
}

std::string_view text_of(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    const json::string* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string_view() : std::string_view(*text);
}

/// The address of the issue in this object; empty if it is no issue.
std::string address_of(const json::value& issue) {
    const json::object* object = issue.if_object();
    return object == nullptr ? std::string() : std::string(text_of(*object, "html_url"));
}

/// The address of the issue with this marker; empty if the list has none.
std::string address_in(const json::array& list, const std::string& marker) {
    for (const json::value& issue : list) {
        const json::object* object = issue.if_object();
        // The quotes end the marker: "…-7-2" is not in "…-7-21".
        const bool is_it = object != nullptr && text_of(*object, "body").find("`" + marker + "`") !=
                                                    std::string_view::npos;
        if (is_it) return address_of(issue);
    }
    return {};
}

}  // namespace

GithubTracker::GithubTracker(Options options, net::HttpTransport& transport)
    : path_("/repos/" + options.repository + "/issues"),
      token_(std::move(options.token)),
      poster_(std::move(options.url), transport, options.limit) {
}

host::JsonPoster::Headers GithubTracker::headers() const {
    return {{"Authorization", "Bearer " + std::string(token_.reveal())},
            {"Accept", "application/vnd.github+json"},
            {"X-GitHub-Api-Version", "2022-11-28"}};
}

void GithubTracker::create(const ports::Issue& issue, bool may_exist, Done done) {
    if (may_exist) return search(issue, done);
    post(issue, std::move(done));
}

void GithubTracker::search(const ports::Issue& issue, const Done& done) {
    const auto on_end = [this, issue, done](const host::PostEnd& end) {
        if (end.status != 200) return done(end_of(end));
        json::error_code error;
        const json::value list = json::parse(end.body, error);
        if (error || !list.is_array()) {
            return done({.result = Result::Failed, .error = "the list of issues is not valid"});
        }
        const std::string address = address_in(list.get_array(), issue.marker);
        if (!address.empty()) return done({.result = Result::Exists, .url = address});
        post(issue, done);
    };
    poster_.get(path_ + "?state=all&sort=created&direction=desc&per_page=100",
                headers(),
                kListBytesMax,
                on_end);
}

void GithubTracker::post(const ports::Issue& issue, Done done) {
    const auto on_end = [done = std::move(done)](const host::PostEnd& end) {
        if (end.status != 201) return done(end_of(end));
        json::error_code error;
        const json::value created = json::parse(end.body, error);
        std::string address = error ? std::string() : address_of(created);
        if (!address.empty()) return done({.result = Result::Exists, .url = std::move(address)});
        done({.result = Result::Failed, .error = "the response to a new issue has no address"});
    };
    poster_.post_to(path_, issue_document(issue), headers(), on_end);
}

}  // namespace botcore::issues_github

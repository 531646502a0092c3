#include "adapters/issues_jira/jira_tracker.hpp"

#include "adapters/issues_jira/jira_issue.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <sodium.h>

#include <string_view>
#include <utility>

namespace botcore::issues_jira {

namespace json = boost::json;

using Result = ports::IssueEnd::Result;

namespace {

constexpr std::size_t kListBytesMax = std::size_t{1} << 20U;

/// The end of a call that the tracker did not accept.
ports::IssueEnd end_of(const host::PostEnd& end) {
    const bool asks_for_a_pause = end.status == 403 && end.retry_after.has_value();
    return {.result = end.is_transient() || asks_for_a_pause ? Result::Failed : Result::Refused,
            .error = end.text,
            .retry_after = end.retry_after};
}

std::string in_base64(const std::string& text) {
    constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
    std::string coded(sodium_base64_encoded_len(text.size(), kVariant), '\0');
    (void)sodium_bin2base64(coded.data(),
                            coded.size(),
                            reinterpret_cast<const unsigned char*>(text.data()),
                            text.size(),
                            kVariant);
    coded.pop_back();  // The null character at the end.
    return coded;
}

/// The key of an issue, such as "OPS-7"; empty if the value is no issue.
std::string key_of(const json::value& issue) {
    const json::object* object = issue.if_object();
    const json::value* key = object == nullptr ? nullptr : object->if_contains("key");
    return key == nullptr || !key->is_string() ? std::string() : std::string(key->get_string());
}

}  // namespace

JiraTracker::JiraTracker(Options options, net::HttpTransport& transport)
    : site_(std::move(options.site)),
      project_(std::move(options.project)),
      authorization_("Basic " +
                     in_base64(options.user + ":" + std::string(options.token.reveal()))),
      poster_(std::move(options.url), transport, options.limit) {
}

host::JsonPoster::Headers JiraTracker::headers() const {
    return {{"Authorization", std::string(authorization_.reveal())},
            {"Accept", "application/json"}};
}

void JiraTracker::create(const ports::Issue& issue, bool may_exist, Done done) {
    if (may_exist) return search(issue, done);
    post(issue, std::move(done));
}

void JiraTracker::search(const ports::Issue& issue, const Done& done) {
    const auto on_end = [this, issue, done](const host::PostEnd& end) {
        if (end.status != 200) return done(end_of(end));
        json::error_code error;
        const json::value found = json::parse(end.body, error);
        const json::object* object = error ? nullptr : found.if_object();
        const json::value* list = object == nullptr ? nullptr : object->if_contains("issues");
        if (list == nullptr || !list->is_array()) {
            return done({.result = Result::Failed, .error = "the list of issues is not valid"});
        }
        if (list->get_array().empty()) return post(issue, done);
        const std::string key = key_of(list->get_array().front());
        if (key.empty()) {
            return done({.result = Result::Failed, .error = "an issue in the list has no key"});
        }
        done({.result = Result::Exists, .url = site_ + "/browse/" + key});
    };
    // A marker has letters, digits and "-" only: nothing else must be escaped.
    poster_.get("/rest/api/3/search/jql?jql=project%20%3D%20%22" + project_ +
                    "%22%20AND%20labels%20%3D%20%22" + issue.marker + "%22&fields=key&maxResults=1",
                headers(),
                kListBytesMax,
                on_end);
}

void JiraTracker::post(const ports::Issue& issue, Done done) {
    const auto on_end = [this, done = std::move(done)](const host::PostEnd& end) {
        if (end.status != 201) return done(end_of(end));
        json::error_code error;
        const json::value created = json::parse(end.body, error);
        const std::string key = error ? std::string() : key_of(created);
        if (!key.empty()) {
            return done({.result = Result::Exists, .url = site_ + "/browse/" + key});
        }
        done({.result = Result::Failed, .error = "the response to a new issue has no key"});
    };
    poster_.post_to("/rest/api/3/issue", issue_document(issue, project_), headers(), on_end);
}

}  // namespace botcore::issues_jira

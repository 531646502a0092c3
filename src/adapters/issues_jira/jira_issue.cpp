#include "adapters/issues_jira/jira_issue.hpp"

#include "host/notice_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace botcore::issues_jira {

namespace json = boost::json;

namespace {

constexpr std::size_t kSummaryMax = 255;
// Together below Jira's limit of the description: there are at most five paragraphs.
constexpr std::size_t kLineMax = 5'000;
constexpr std::size_t kNameMax = 255;

json::object paragraph(std::string text) {
    return {{"type", "paragraph"},
            {"content", json::array{json::object{{"type", "text"}, {"text", std::move(text)}}}}};
}

json::object description_of(const ports::Issue& issue) {
    json::array content;
    for (const std::string& line : issue.lines) {
        // A text node must not be empty.
        if (!line.empty()) content.push_back(paragraph(host::notice_line(line, kLineMax)));
    }
    content.push_back(paragraph(host::notice_name(issue.marker, kNameMax)));
    return {{"type", "doc"}, {"version", 1}, {"content", std::move(content)}};
}

}  // namespace

std::string issue_document(const ports::Issue& issue, std::string_view project) {
    json::array labels;
    for (const std::string& label : issue.labels)
        labels.emplace_back(host::notice_name(label, kNameMax));
    labels.emplace_back(host::notice_name(issue.marker, kNameMax));  // For a search.
    json::object fields;
    fields["project"] = json::object{{"key", project}};
    fields["summary"] = host::notice_line(issue.title, kSummaryMax);
    fields["description"] = description_of(issue);
    fields["issuetype"] = json::object{{"name", "Task"}};
    fields["labels"] = std::move(labels);
    if (!issue.due.empty()) fields["duedate"] = issue.due;
    return json::serialize(json::object{{"fields", std::move(fields)}});
}

}  // namespace botcore::issues_jira

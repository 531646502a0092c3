#include "adapters/issues_github/github_issue.hpp"

#include "host/notice_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace botcore::issues_github {

namespace json = boost::json;

namespace {

constexpr std::size_t kTitleMax = 256;
// Together below GitHub's limit of the body: there are at most five paragraphs.
constexpr std::size_t kLineMax = 10'000;
constexpr std::size_t kNameMax = 255;

}  // namespace

std::string issue_document(const ports::Issue& issue) {
    std::string body;
    for (const std::string& line : issue.lines)
        body += host::notice_line(line, kLineMax) + "\n\n";
    body += "`" + host::notice_name(issue.marker, kNameMax) + "`";
    json::array labels;
    for (const std::string& label : issue.labels)
        labels.emplace_back(host::notice_name(label, kNameMax));
    json::object document;
    document["title"] = host::notice_line(issue.title, kTitleMax);
    document["body"] = body;
    document["labels"] = std::move(labels);
    return json::serialize(document);
}

}  // namespace botcore::issues_github

#include "apps/botctl/listing.hpp"

#include "apps/botctl/table.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <utility>

namespace botcore::botctl {

namespace json = boost::json;

namespace {

/// The largest page of the API.
constexpr std::uint64_t kPageMax = 200;

ClientRequest page_request(const std::string& path,
                           const PageNames& names,
                           const std::string& cursor,
                           std::uint64_t at_most) {
    const char* mark = path.find('?') == std::string::npos ? "?" : "&";
    std::string full = path + mark + "limit=" + std::to_string(at_most);
    if (!cursor.empty()) full += "&" + std::string(names.cursor) + "=" + cursor;
    return {.method = "GET",
            .path = std::move(full),
            .body = {},
            .idempotency_key = {},
            .if_match = {}};
}

std::optional<Page> page_of(const ClientResponse& response, const PageNames& names) {
    json::error_code error;
    const json::value body = json::parse(response.body, error);
    if (error || !body.is_object()) return std::nullopt;
    const auto* data = body.get_object().if_contains("data");
    const auto* fields = data == nullptr ? nullptr : data->if_object();
    const auto* rows = fields == nullptr ? nullptr : fields->if_contains(names.rows);
    if (rows == nullptr || !rows->is_array()) return std::nullopt;
    Page page{rows->get_array(), {}};
    const auto* next = fields->if_contains(names.next);
    if (next != nullptr && !next->is_null()) page.next = plain_text(next);
    return page;
}

/// The most pages that are read only to count the remaining rows.
constexpr int kPagesCountedMax = 100;

}  // namespace

std::optional<Listed> gather(const ListArguments& args, const ReadPage& read) {
    Listed listed;
    std::string cursor;
    int counted = 0;
    while (true) {
        const bool wanted = args.all || listed.total < args.limit;
        const std::uint64_t missing = args.all ? kPageMax : args.limit - listed.rows.size();
        auto page =
            read(cursor, wanted ? std::clamp<std::uint64_t>(missing, 1, kPageMax) : kPageMax);
        if (!page) {
            if (wanted) return std::nullopt;
            listed.more = true;  // Only the count is unknown; the requested rows are complete.
            return listed;
        }
        listed.total += page->rows.size();
        for (auto& row : page->rows) {
            if (args.all || listed.rows.size() < args.limit) listed.rows.push_back(std::move(row));
        }
        if (page->next.empty()) return listed;
        if (!wanted) ++counted;
        if (!args.all && listed.total >= args.limit &&
            (listed.total >= kCountedMax || counted == kPagesCountedMax)) {
            listed.more = true;
            return listed;
        }
        cursor = std::move(page->next);
    }
}

std::string left_out(const Listed& listed) {
    if (listed.rows.size() == listed.total && !listed.more) return {};
    const std::string total = std::to_string(listed.total);
    return std::to_string(listed.rows.size()) + " of " + (listed.more ? "more than " : "") + total +
           " shown; " + (listed.more ? "" : "-n " + total + " or ") + "--all shows the rest";
}

int print_list(DaemonClient& client, std::string_view rows, Listed listed, const Printer& printer) {
    const std::string missing = left_out(listed);
    json::object data;
    data["total"] = listed.total;
    data["complete"] = missing.empty();
    data[rows] = std::move(listed.rows);
    const int status = client.show(data, printer);
    if (!missing.empty()) {
        std::cout.flush();
        std::cerr << "botctl: " << missing << "\n";
    }
    return status;
}

std::optional<int> list_from_daemon(DaemonClient& client,
                                    const std::string& path,
                                    const PageNames& names,
                                    const ListArguments& args,
                                    const Printer& printer) {
    std::optional<base::Result<ClientResponse, ClientError>> last;
    auto listed = gather(args, [&](const std::string& cursor, std::uint64_t at_most) {
        last = client.reach(page_request(path, names, cursor, at_most));
        if (!last || !*last || last->value().status != 200) return std::optional<Page>();
        return page_of(last->value(), names);
    });
    if (!last) return std::nullopt;
    if (!listed) return client.finish(*last, printer);
    return print_list(client, names.rows, std::move(*listed), printer);
}

}  // namespace botcore::botctl

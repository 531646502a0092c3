/// What botctl reads from a daemon: any JSON as the data of every response, and any text as an
/// address. A terminal receives only printable text and line ends.

#include "apps/botctl/http_client.hpp"
#include "apps/botctl/print.hpp"
#include "apps/botctl/status_view.hpp"
#include "base/check.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string_view>

namespace {

using namespace botcore::botctl;

constexpr std::array kPrinters = {print_account,
                                  print_accounts,
                                  print_positions,
                                  print_orders,
                                  print_order,
                                  print_position,
                                  print_history,
                                  print_prices,
                                  print_book,
                                  print_explanation,
                                  print_transfer,
                                  print_reconciliation,
                                  print_touched,
                                  print_failed_exits,
                                  print_status};

void address(std::string_view text) {
    const auto place = parse_url(text);
    if (!place) return;
    CHECK(!place->host.empty() && !place->port.empty());
    CHECK(std::all_of(
        place->port.begin(), place->port.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    address(text);
    boost::json::error_code error;
    const auto value = boost::json::parse(text, error);
    if (error) return 0;
    for (const auto print : kPrinters) {
        std::ostringstream out;
        print(out, value);
        const std::string shown = out.str();
        CHECK(std::none_of(shown.begin(), shown.end(), [](char c) {
            return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7F;
        }));
    }
    return 0;
}

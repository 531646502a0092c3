#include "apps/botcored/greeting.hpp"

#include "build_info.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <fstream>
#include <iostream>

namespace botcore::apps {

namespace {

void print(const Greeting& greeting) {
    const std::string token_file = (greeting.data / "operator.token").string();
    std::cout << "\nBot Core " << build_info::kVersion << ": PAPER trading, "
              << greeting.market_source << " prices, state in " << greeting.data.string() << "\n\n"
              << "  API      " << greeting.url << "\n"
              << "  health   " << greeting.url << "/health\n"
              << "  token    " << token_file;
    if (!greeting.new_token.empty()) std::cout << " (new: " << greeting.new_token << ")";
    std::cout << "\n\nTo place a first order and see its result:\n\n"
              << "  curl -s -X POST " << greeting.url << "/api/accounts/futures/orders \\\n"
              << "    -H \"Authorization: Bearer $(cat " << token_file << ")\" \\\n"
              << "    -H 'Content-Type: application/json' -H 'Idempotency-Key: my-first-order' \\\n"
              << "    -d '{\"symbol\":\"BTCUSDT\",\"side\":\"BUY\",\"type\":\"MARKET\","
              << "\"quantity\":\"0.01\"}'\n\n"
              << "  build/release/bin/botctl positions --url " << greeting.url << " --data "
              << greeting.data.string() << "\n\n"
              << std::flush;
}

}  // namespace

void greet(const Greeting& greeting) {
    print(greeting);
    if (greeting.ready_file.empty()) return;
    boost::json::object ready;
    ready["port"] = greeting.port;
    ready["url"] = greeting.url;
    const std::string partial = greeting.ready_file + ".part";
    std::ofstream(partial) << boost::json::serialize(ready) << "\n";
    std::error_code error;
    std::filesystem::rename(partial, greeting.ready_file, error);
    if (error) {
        std::cerr << "botcored: cannot write " << greeting.ready_file << ": " << error.message()
                  << "\n";
    }
}

}  // namespace botcore::apps

#include "apps/botcored/opened_data.hpp"

#include "apps/botcored/settings.hpp"

#include <sysexits.h>

#include <utility>

namespace botcore::apps {

base::Result<OpenedData, host::StartFailure> open_data(const host::Config& config,
                                                       const std::filesystem::path& data) {
    auto folder = host::DataFolder::open(data);
    if (!folder) return base::Failure{host::StartFailure{EX_TEMPFAIL, folder.error()}};
    auto token = users::OperatorToken::load_or_create(folder.value().path());
    if (!token) return base::Failure{host::StartFailure{EX_NOPERM, token.error().text}};
    auto disk = std::make_unique<store_sqlite::MeasuredDisk>();
    auto store = store_sqlite::SqliteStore::open(
        store_options(config, folder.value().store().string(), disk->name()));
    if (!store) {
        const bool damaged = store.error().kind != store_sqlite::OpenError::Kind::CannotOpen;
        return base::Failure{host::StartFailure{damaged ? EX_DATAERR : EX_IOERR,
                                                "cannot open the store: " + store.error().text()}};
    }
    return OpenedData{std::move(folder).value(),
                      std::move(token).value(),
                      {std::move(disk), std::move(store).value()}};
}

}  // namespace botcore::apps

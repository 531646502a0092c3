#pragma once

/// The simulated exchange: the paper venue plus a log of everything that happened to each order,
/// from which queries with a delayed view are answered, as at a real exchange.
///
/// Y1  The checker sees every accepted order and every trade at once.

#include "sim/world/context.hpp"
#include "venue/paper_venue.hpp"

#include <functional>
#include <memory>

namespace botcore::sim {

class VenueServer {
public:
    using Reports = venue::PaperVenue::Reports;

    explicit VenueServer(Context& context);

    /// Sets the receiver of unsolicited reports.
    void set_stream(std::function<void(const model::OrderReport&)> stream) {
        stream_ = std::move(stream);
    }

    /// Sends the report to the current receiver.
    void publish(const model::OrderReport& report) const {
        if (stream_) stream_(report);
    }

    /// Starts a new, empty venue: the old one died with its process.
    void rebuild_from_start();

    /// The number of the venue's current life; a request of an earlier life is dropped.
    [[nodiscard]] std::uint64_t life() const { return life_; }

    /// Returns the report about the placed order; reports about other affected orders go to the
    /// stream. `signed_by` is the time at which the request's window is checked.
    [[nodiscard]] model::OrderReport place(const model::OrderInstruction& instruction,
                                           model::Timestamp signed_by);
    [[nodiscard]] model::OrderReport cancel(const model::CancelInstruction& instruction,
                                            model::Timestamp signed_by);

    /// The report about the order as a view of age `lag` shows it.
    [[nodiscard]] model::OrderReport query(const venue::OrderName& name, model::Duration lag);

    /// Places an order of another client on the account.
    void place_foreign(const model::OrderInstruction& instruction);

    /// The order as the exchange describes it now, without view lag.
    [[nodiscard]] model::VenueOrder describe(const venue::OrderName& name);

    [[nodiscard]] std::optional<model::VenueBooks> books(const model::AccountId& account) const {
        return venue_->books(account, context_.now());
    }

    /// Changes the account's money at the exchange without reporting it.
    void change_unreported(const venue::AccountSnapshot& snapshot);

    void restore(const venue::AccountSnapshot& snapshot);
    void apply(const std::vector<venue::MarketEvent>& events);

    [[nodiscard]] bool knows(const model::AccountId& account) const {
        return restored_.contains(account);
    }

    /// Notes that a placement is in flight to this life of the venue.
    void on_written(const model::ClientOrderId& id) { written_.insert(id); }

    [[nodiscard]] bool was_written(const model::ClientOrderId& id) const {
        return written_.contains(id);
    }

    /// Orders of the account that are open or changed since `since`.
    [[nodiscard]] std::vector<venue::OrderName> touched_since(const model::AccountId& account,
                                                              model::Timestamp since) const;

    [[nodiscard]] venue::PaperVenue& venue() { return *venue_; }

    [[nodiscard]] checkers::VenueTruth truth() const;

private:
    struct Seen {
        model::Timestamp taken;    ///< When the exchange accepted the order.
        model::Timestamp changed;  ///< When it last changed.
        model::Timestamp ended;
        model::ReportKind kind = model::ReportKind::Open;
        model::OrderReport last;
        model::VenueOrder asked;  ///< The order as it was placed.
        std::vector<std::pair<model::Timestamp, model::Trade>> trades;
        /// The quantity that had been filled when the order was restored from its row.
        model::Quantity filled_before;
    };

    /// Logs the reports and sends all of them to the stream, except for the report about `asked`,
    /// which is returned.
    std::optional<model::OrderReport> absorb(Reports& reports, const venue::OrderName* asked);

    Context& context_;
    std::function<void(const model::OrderReport&)> stream_;
    std::unique_ptr<venue::PaperVenue> venue_;
    std::uint64_t life_ = 0;
    std::map<model::AccountId, model::Account> restored_;
    std::map<venue::OrderName, Seen> orders_;
    std::set<model::ClientOrderId> written_;
};

}  // namespace botcore::sim

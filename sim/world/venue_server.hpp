#pragma once

/// The exchange as a place in the world: the paper venue plus what a real one has besides, a log of
/// everything that ever happened to each order, from which views of some time ago are told.
///
/// Y1  The judge hears of every order that was taken and of every trade, at once.

#include "sim/world/context.hpp"
#include "venue/paper_venue.hpp"

#include <functional>
#include <memory>

namespace botcore::sim {

class VenueServer {
public:
    using Reports = venue::PaperVenue::Reports;

    explicit VenueServer(Context& context);

    /// Reports that nobody asked for go here.
    void set_stream(std::function<void(const model::OrderReport&)> stream) {
        stream_ = std::move(stream);
    }

    /// Says it to whoever listens.
    void tell(const model::OrderReport& report) const {
        if (stream_) stream_(report);
    }

    /// A new, empty venue: the old one died with its process.
    void rebuild_from_start();

    /// Counts lives of the venue; a request of an earlier life goes nowhere.
    [[nodiscard]] std::uint64_t life() const { return life_; }

    /// The answer to the asked order comes back; other touched orders go to the stream. `signed_by`
    /// is the moment at which the request's window is judged.
    [[nodiscard]] model::OrderReport place(const model::OrderInstruction& instruction,
                                           model::Timestamp signed_by);
    [[nodiscard]] model::OrderReport cancel(const model::CancelInstruction& instruction,
                                            model::Timestamp signed_by);

    /// What a view that is `lag` old shows.
    [[nodiscard]] model::OrderReport query(const venue::OrderName& name, model::Duration lag);

    /// An order that somebody else places on the account.
    void place_foreign(const model::OrderInstruction& instruction);

    /// The order as the exchange describes it now; a view never lags here.
    [[nodiscard]] model::VenueOrder describe(const venue::OrderName& name);

    [[nodiscard]] std::optional<model::VenueBooks> books(const model::AccountId& account) const {
        return venue_->books(account, context_.now());
    }

    /// The account's money is moved at the exchange, and nobody is told.
    void change_behind_our_back(const venue::AccountSnapshot& seat);

    void seat(const venue::AccountSnapshot& seat);
    void apply(const std::vector<venue::MarketEvent>& events);

    [[nodiscard]] bool knows(const model::AccountId& account) const {
        return restored_.contains(account);
    }

    /// A placement is on its way to this life of the venue.
    void on_written(const model::ClientOrderId& id) { written_.insert(id); }

    [[nodiscard]] bool was_written(const model::ClientOrderId& id) const {
        return written_.contains(id);
    }

    /// Orders of the account that are open or that anything happened to since `since`.
    [[nodiscard]] std::vector<venue::OrderName> touched_since(const model::AccountId& account,
                                                              model::Timestamp since) const;

    [[nodiscard]] venue::PaperVenue& venue() { return *venue_; }

    [[nodiscard]] checkers::VenueTruth truth() const;

private:
    struct Seen {
        model::Timestamp taken;    ///< When the exchange took it.
        model::Timestamp changed;  ///< When anything happened last.
        model::Timestamp ended;
        model::ReportKind kind = model::ReportKind::Open;
        model::OrderReport last;
        model::VenueOrder asked;  ///< What was asked for.
        std::vector<std::pair<model::Timestamp, model::Trade>> trades;
    };

    /// Logs the reports; all but the one of `asked` go to the stream.
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

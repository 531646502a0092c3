#include "services/archive/ownership.hpp"

#include "base/time_text.hpp"

#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace botcore::archive {

namespace {

using Kind = ArchiveError::Kind;

/// The number of claims of earlier processes that are preserved.
constexpr std::size_t kClaimsKept = 8;

std::string this_process() {
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) return "?";
    return std::string(host.data()) + ", process " + std::to_string(::getpid());
}

}  // namespace

Ownership::Ownership(Archive& archive, model::Timeline timeline)
    : archive_(archive),
      timeline_(timeline) {
    randombytes_buf(&writer_, sizeof(writer_));
}

ArchiveOutcome Ownership::put_behind(std::uint64_t number, base::Timestamp now) {
    const std::string name = names::claim_name(timeline_, number + 1, writer_);
    (void)TRY(archive_.put(name, names::encode(names::Claim{now, this_process()})));
    claimed_ = name;
    return base::Done{};
}

ArchiveOutcome Ownership::claim(base::Timestamp now) {
    const auto claims = TRY(archive_.list(names::claim_prefix(timeline_), {}));
    const std::uint64_t newest =
        claims.empty() ? 0 : names::claim_number(claims.back().name).value_or(0);
    (void)TRY(put_behind(newest, now));
    confirmed_ = now;
    for (std::size_t i = 0; i + kClaimsKept < claims.size(); ++i)
        (void)TRY(archive_.remove(claims.at(i).name));
    return base::Done{};
}

ArchiveError Ownership::lost_to(const std::string& claim) {
    const auto bytes = archive_.get(claim);
    const auto other = bytes ? names::decode_claim(bytes.value()) : std::nullopt;
    std::string who;
    if (other) who = " on " + other->where + " since " + base::to_iso8601(other->created);
    return {Kind::Taken,
            claim,
            "another daemon writes the same timeline" + who +
                ": a copy of this store was started. Both daemons have stopped archiving and "
                "continue to trade. Stop the one that is not wanted, then restart the other"};
}

ArchiveOutcome Ownership::confirm(base::Timestamp now) {
    if (lost_) return base::Failure{*lost_};
    const auto newer = TRY(archive_.list(names::claim_prefix(timeline_), *claimed_));
    confirmed_ = now;
    if (newer.empty()) return base::Done{};
    // Puts one more claim, from which the other process learns of this one. This process puts
    // nothing else from here on.
    const std::string other = newer.back().name;
    (void)TRY(put_behind(names::claim_number(other).value_or(0), now));
    lost_ = lost_to(other);
    return base::Failure{*lost_};
}

ArchiveOutcome Ownership::confirm_if_due(base::Timestamp now) {
    const bool due =
        lost_ || !confirmed_ || now < *confirmed_ || now - *confirmed_ >= kConfirmEvery;
    if (!due) return base::Done{};
    return confirm(now);
}

}  // namespace botcore::archive

#include "net/connection_table.hpp"

namespace botcore::net {

namespace {

bool is_evictable(const ConnectionTable::Place& place) {
    return place.waits && !place.is_known && !place.evicted;
}

}  // namespace

ConnectionTable::Place* ConnectionTable::admit(const std::string& address, Address kind) {
    const auto known = of_address_.find(address);
    const std::size_t its = known == of_address_.end() ? 0 : known->second;
    if (kind == Address::Limited && its >= limits_.per_address) {  // T1
        Place* const candidate = oldest_of(address);
        return candidate == nullptr ? nullptr : &replace(*candidate, address);
    }
    if (count_ < limits_.places - limits_.reserved) return &add(address);
    const bool takes_reserved_place = kind == Address::Unlimited && count_ < limits_.places;
    if (!takes_reserved_place) {
        if (Place* const candidate = eviction_candidate())
            return &replace(*candidate, address);  // T2
        if (count_ >= limits_.places) return nullptr;
    }
    Place& place = add(address);
    place.provisional = true;  // T3
    return &place;
}

void ConnectionTable::leave(const Place& place) {
    if (!place.evicted) uncount(place);
    places_.erase(place.number);
}

bool ConnectionTable::make_room() {
    Place* const candidate = eviction_candidate();
    if (candidate != nullptr) evict(*candidate);
    return candidate != nullptr;
}

ConnectionTable::Place* ConnectionTable::eviction_candidate() {
    Place* found = nullptr;
    std::size_t most = 0;
    for (auto& [number, place] : places_) {
        if (!is_evictable(place)) continue;
        const std::size_t its = of_address_[place.address];
        if (its <= most) continue;
        found = &place;
        most = its;
    }
    return found;
}

ConnectionTable::Place* ConnectionTable::oldest_of(const std::string& address) {
    for (auto& [number, place] : places_) {
        if (is_evictable(place) && place.address == address) return &place;
    }
    return nullptr;
}

void ConnectionTable::evict(Place& place) {
    uncount(place);
    place.evicted = true;
    if (place.cut) place.cut();
}

void ConnectionTable::uncount(const Place& place) {
    --count_;
    const auto its = of_address_.find(place.address);
    if (--its->second == 0) of_address_.erase(its);
}

ConnectionTable::Place& ConnectionTable::replace(Place& leaves, const std::string& address) {
    evict(leaves);
    Place& place = add(address);
    place.provisional = leaves.provisional;
    return place;
}

ConnectionTable::Place& ConnectionTable::add(const std::string& address) {
    ++count_;
    ++of_address_[address];
    Place& place = places_[++last_];
    place.number = last_;
    place.address = address;
    return place;
}

}  // namespace botcore::net

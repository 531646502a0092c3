#include "shell/http/connection_table.hpp"

namespace botcore::shell::http {

namespace {

bool can_give_way(const ConnectionTable::Place& place) {
    return place.waits && !place.is_known && !place.leaving;
}

}  // namespace

ConnectionTable::Place* ConnectionTable::admit(const std::string& address, Address kind) {
    const auto known = of_address_.find(address);
    const std::size_t its = known == of_address_.end() ? 0 : known->second;
    if (kind == Address::Limited && its >= limits_.per_address) {  // T1
        Place* const gives_way = oldest_of(address);
        return gives_way == nullptr ? nullptr : &replace(*gives_way, address);
    }
    if (count_ < limits_.places - limits_.kept) return &add(address);
    const bool takes_kept_place = kind == Address::Unlimited && count_ < limits_.places;
    if (!takes_kept_place) {
        if (Place* const gives_way = weakest()) return &replace(*gives_way, address);  // T2
        if (count_ >= limits_.places) return nullptr;
    }
    Place& place = add(address);
    place.provisional = true;  // T3
    return &place;
}

void ConnectionTable::leave(const Place& place) {
    if (!place.leaving) uncount(place);
    places_.erase(place.number);
}

bool ConnectionTable::make_room() {
    Place* const gives_way = weakest();
    if (gives_way != nullptr) send_away(*gives_way);
    return gives_way != nullptr;
}

ConnectionTable::Place* ConnectionTable::weakest() {
    Place* found = nullptr;
    std::size_t most = 0;
    for (auto& [number, place] : places_) {
        if (!can_give_way(place)) continue;
        const std::size_t its = of_address_[place.address];
        if (its <= most) continue;
        found = &place;
        most = its;
    }
    return found;
}

ConnectionTable::Place* ConnectionTable::oldest_of(const std::string& address) {
    for (auto& [number, place] : places_) {
        if (can_give_way(place) && place.address == address) return &place;
    }
    return nullptr;
}

void ConnectionTable::send_away(Place& place) {
    uncount(place);
    place.leaving = true;
    if (place.cut) place.cut();
}

void ConnectionTable::uncount(const Place& place) {
    --count_;
    const auto its = of_address_.find(place.address);
    if (--its->second == 0) of_address_.erase(its);
}

ConnectionTable::Place& ConnectionTable::replace(Place& leaves, const std::string& address) {
    send_away(leaves);
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

}  // namespace botcore::shell::http

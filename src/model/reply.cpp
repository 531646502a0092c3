#include "model/reply.hpp"

#include <algorithm>

namespace botcore::model {

bool did_nothing(const OrdersTouched& touched) {
    return !touched.exits.empty() && touched.failed.size() == touched.exits.size() &&
           std::all_of(touched.failed.begin(), touched.failed.end(), [](const FailedExit& exit) {
               return exit.filled.is_zero();
           });
}

}  // namespace botcore::model

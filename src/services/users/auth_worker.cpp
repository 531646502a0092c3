#include "services/users/auth_worker.hpp"

#include <utility>

namespace botcore::users {

AuthWorker::AuthWorker(UserService user_service,
                       std::function<void(Job)> post,
                       std::size_t waiting_max)
    : service_(std::move(user_service)),
      post_(std::move(post)),
      waiting_max_(waiting_max),
      thread_([this](const std::stop_token& stop) { run(stop); }) {
}

AuthWorker::~AuthWorker() {
    thread_.request_stop();
    thread_.join();
}

bool AuthWorker::enqueue(Job job) {
    {
        const std::lock_guard lock(mutex_);
        if (jobs_.size() >= waiting_max_) return false;
        jobs_.push_back(std::move(job));
    }
    changed_.notify_one();
    return true;
}

void AuthWorker::run(const std::stop_token& stop) {
    while (true) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            if (!changed_.wait(lock, stop, [this] { return !jobs_.empty(); })) return;
            if (stop.stop_requested()) return;
            job = std::move(jobs_.front());
            jobs_.pop_front();
        }
        job();
    }
}

}  // namespace botcore::users

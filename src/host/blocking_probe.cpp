#include "host/health_prober.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace botcore::host {

/// Outlives the probe if its work hangs: the thread shares ownership of it.
struct BlockingProbe::Shared {
    std::function<ProbeReply()> work;
    Post post;
    std::mutex mutex;
    std::condition_variable changed;
    ProbeReplied wanted;  // Guarded by mutex, as are the next two.
    bool stopping = false;
    bool ended = false;
};

BlockingProbe::BlockingProbe(std::function<ProbeReply()> work, Post post)
    : shared_(std::make_shared<Shared>()) {
    shared_->work = std::move(work);
    shared_->post = std::move(post);
    std::thread([shared = shared_] {
        std::unique_lock lock(shared->mutex);
        while (true) {
            shared->changed.wait(lock, [&] { return shared->stopping || shared->wanted; });
            if (shared->stopping) break;
            ProbeReplied answered = std::exchange(shared->wanted, nullptr);
            lock.unlock();
            ProbeReply answer = shared->work();
            lock.lock();
            if (shared->stopping) break;
            shared->post([answered = std::move(answered), answer = std::move(answer)]() mutable {
                answered(std::move(answer));
            });
        }
        shared->ended = true;
        shared->changed.notify_all();
    }).detach();
}

BlockingProbe::~BlockingProbe() {
    (void)stop();
}

HealthProbe BlockingProbe::probe() {
    return [shared = shared_](ProbeReplied answered) {
        const std::lock_guard lock(shared->mutex);
        shared->wanted = std::move(answered);
        shared->changed.notify_all();
    };
}

bool BlockingProbe::stop() {
    constexpr std::chrono::milliseconds kPatience(500);
    std::unique_lock lock(shared_->mutex);
    shared_->stopping = true;
    shared_->changed.notify_all();
    return shared_->changed.wait_for(lock, kPatience, [this] { return shared_->ended; });
}

}  // namespace botcore::host

#include "shell/health/prober.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace botcore::shell::health {

/// Outlives the look where its work hangs: the thread holds on to it.
struct BlockingLook::Shared {
    std::function<Answer()> work;
    Post post;
    std::mutex mutex;
    std::condition_variable changed;
    Answered wanted;  // Guarded by mutex, as are the next two.
    bool stopping = false;
    bool ended = false;
};

BlockingLook::BlockingLook(std::function<Answer()> work, Post post)
    : shared_(std::make_shared<Shared>()) {
    shared_->work = std::move(work);
    shared_->post = std::move(post);
    std::thread([shared = shared_] {
        std::unique_lock lock(shared->mutex);
        while (true) {
            shared->changed.wait(lock, [&] { return shared->stopping || shared->wanted; });
            if (shared->stopping) break;
            Answered answered = std::exchange(shared->wanted, nullptr);
            lock.unlock();
            Answer answer = shared->work();
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

BlockingLook::~BlockingLook() {
    (void)stop();
}

Look BlockingLook::look() {
    return [shared = shared_](Answered answered) {
        const std::lock_guard lock(shared->mutex);
        shared->wanted = std::move(answered);
        shared->changed.notify_all();
    };
}

bool BlockingLook::stop() {
    constexpr std::chrono::milliseconds kPatience(500);
    std::unique_lock lock(shared_->mutex);
    shared_->stopping = true;
    shared_->changed.notify_all();
    return shared_->changed.wait_for(lock, kPatience, [this] { return shared_->ended; });
}

}  // namespace botcore::shell::health

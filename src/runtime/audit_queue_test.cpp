#include "runtime/audit_queue.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace botcore::runtime {
namespace {

model::RecordAuditEvent event(int number) {
    model::RecordAuditEvent made;
    made.detail = std::to_string(number);
    return made;
}

model::Head head_at(model::Sequence sequence) {
    model::Head head;
    head.sequence = sequence;
    return head;
}

std::vector<std::string> batch_of(AuditQueue& queue) {
    queue.begin_batch();
    std::vector<std::string> details;
    while (const auto* entry = queue.next())
        details.push_back(std::get<model::RecordAuditEvent>(*entry).detail);
    return details;
}

TEST(AuditQueue, GivesEachEntryUntilItIsDurable) {
    AuditQueue queue;
    for (int number = 1; number <= 3; ++number)
        EXPECT_TRUE(queue.push(event(number)));
    const std::vector<std::string> all{"1", "2", "3"};
    EXPECT_EQ(batch_of(queue), all);
    queue.batch_lost();
    EXPECT_EQ(batch_of(queue), all) << "The batch was not durable.";
    EXPECT_TRUE(queue.push(event(4)));
    queue.batch_committed();
    EXPECT_EQ(batch_of(queue), (std::vector<std::string>{"4"}));
    queue.batch_committed();
    EXPECT_TRUE(queue.empty());
}

TEST(AuditQueue, RemembersABatchInDoubt) {
    AuditQueue queue;
    queue.batch_in_doubt(head_at(7));
    EXPECT_FALSE(queue.in_doubt()) << "That batch had no entry.";
    EXPECT_TRUE(queue.push(event(1)));
    (void)batch_of(queue);
    queue.batch_in_doubt(head_at(8));
    ASSERT_TRUE(queue.in_doubt());
    EXPECT_EQ(queue.in_doubt()->sequence, 8U);
    queue.batch_committed();
    EXPECT_FALSE(queue.in_doubt());
    EXPECT_TRUE(queue.empty());
}

TEST(AuditQueue, LimitsTheShareOfABatchAndItsOwnSize) {
    AuditQueue queue;
    for (std::size_t number = 0; number < kAuditEventsMax; ++number)
        EXPECT_TRUE(queue.push(event(0)));
    EXPECT_FALSE(queue.push(event(0)));
    EXPECT_EQ(batch_of(queue).size(), kAuditEventsPerBatch);
    queue.batch_committed();
    EXPECT_EQ(queue.size(), kAuditEventsMax - kAuditEventsPerBatch);
}

}  // namespace
}  // namespace botcore::runtime

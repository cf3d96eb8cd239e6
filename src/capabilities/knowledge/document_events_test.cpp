#include "capabilities/knowledge/document_events.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>

namespace aiva::knowledge {
namespace {

TEST(DocumentEvents, reach_the_listeners_of_that_document_only) {
  DocumentEvents events;
  auto document = DocumentId::make();
  int heard = 0;
  auto first = events.subscribe(document, [&] { ++heard; });
  auto second = events.subscribe(document, [&] { ++heard; });
  auto other = events.subscribe(DocumentId::make(), [&] { heard += 100; });

  events.publish(document);

  EXPECT_EQ(heard, 2);
}

TEST(DocumentEvents, end_with_the_subscription) {
  DocumentEvents events;
  auto document = DocumentId::make();
  int heard = 0;
  {
    auto listening = events.subscribe(document, [&] { ++heard; });
    auto moved = std::move(*listening);
    events.publish(document);
  }

  events.publish(document);

  EXPECT_EQ(heard, 1);
}

TEST(DocumentEvents, refuse_more_listeners_than_allowed) {
  DocumentEvents events(1);
  auto document = DocumentId::make();
  auto first = events.subscribe(document, [] {});

  auto refused = events.subscribe(document, [] {});
  first = DocumentEvents::Subscription();
  auto accepted = events.subscribe(document, [] {});

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(accepted.has_value());
}

TEST(DocumentEvents, may_go_before_their_subscriptions) {
  auto events = std::make_unique<DocumentEvents>();
  auto listening = events->subscribe(DocumentId::make(), [] {});

  events.reset();

  EXPECT_TRUE(listening.has_value());
}

}  // namespace
}  // namespace aiva::knowledge

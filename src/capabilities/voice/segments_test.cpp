#include "capabilities/voice/segments.h"

#include <gmock/gmock.h>

#include "capabilities/voice/testing/calls_fixture.h"

namespace aiva::voice {
namespace {

using testing::ElementsAre;

class SegmentsOf : public CallsFixture {
 protected:
  void SetUp() override {
    CallsFixture::SetUp();
    segments_ = make_segments(
        {.database = *database, .agents = agents_, .audit_log = audit_, .clock = clock});
  }
  Result<Segment> add(std::string key, Contents contents) {
    Segment segment{
        .agent = agents_.agent.id, .key = std::move(key), .contents = std::move(contents)};
    return sync_wait(segments_->create(context(), {}, std::move(segment)));
  }
  Result<Segment> get(std::string key) {
    return sync_wait(segments_->get(context(), agents_.agent.id, std::move(key)));
  }
  Result<SegmentText> text(std::string key, std::string language) {
    return sync_wait(
        segments_->text(context(), agents_.agent.id, std::move(key), std::move(language)));
  }
  Result<SegmentPutCounts> put(std::vector<SegmentPut> puts) {
    return sync_wait(segments_->put_all(context(), {}, agents_.agent.id, std::move(puts)));
  }
  static SegmentPut says(std::string key, std::string language, std::string text) {
    return {.key = std::move(key), .change = [language, text](Segment& segment) -> Result<void> {
              segment.contents[language] = text;
              return {};
            }};
  }

  std::unique_ptr<Segments> segments_;
};

TEST_F(SegmentsOf, keep_texts_by_language) {
  auto made = add("hello", {{"EN-us", "Howdy, {name}"}, {"de", "Hallo"}});
  ASSERT_TRUE(made.has_value());

  auto found = get("hello");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->contents, (Contents{{"en-US", "Howdy, {name}"}, {"de", "Hallo"}}));
  EXPECT_EQ(found->kind, "prompt");
  EXPECT_EQ(audit_.entries.front().action, "segment.created");
  EXPECT_EQ(failure_of(add("hello", {})), ErrorCode::conflict);
}

TEST_F(SegmentsOf, refuse_what_makes_no_sense) {
  EXPECT_EQ(failure_of(add("", {})), ErrorCode::invalid);
  EXPECT_EQ(failure_of(add("Hello", {})), ErrorCode::invalid);
  EXPECT_EQ(failure_of(add("a/b", {})), ErrorCode::invalid);
  EXPECT_EQ(failure_of(add(std::string(65, 'a'), {})), ErrorCode::invalid);
  EXPECT_EQ(failure_of(add("coverage", {})), ErrorCode::invalid);
  EXPECT_EQ(failure_of(add("a", {{"english please", "Hello"}})), ErrorCode::invalid);
  EXPECT_EQ(failure_of(add("a", {{"en", ""}})), ErrorCode::invalid);
  EXPECT_EQ(failure_of(add("a", {{"en", std::string(4001, 'x')}})), ErrorCode::invalid);
  EXPECT_EQ(failure_of(add("a", {{"en-us", "1"}, {"en-US", "2"}})), ErrorCode::invalid);
  EXPECT_EQ(failure_of(add("a", {{"en", "\x01"}})), ErrorCode::invalid);
  Segment foreign{.agent = AgentId::make(), .key = "a"};
  EXPECT_EQ(failure_of(sync_wait(segments_->create(context(), {}, foreign))), ErrorCode::not_found);
}

TEST_F(SegmentsOf, change_and_go) {
  add("hello", {{"en", "Hello"}});
  add("bye", {{"en", "Bye"}});
  auto change = [&](Segments::Change how) {
    return sync_wait(segments_->change(context(), {}, agents_.agent.id, "hello", std::move(how)));
  };

  auto taken = change([](Segment& it) {
    it.key = "bye";
    return Result<void>{};
  });
  EXPECT_EQ(failure_of(taken), ErrorCode::conflict);
  auto changed = change([](Segment& it) {
    it.key = "welcome";
    it.contents.erase("en");
    it.contents["fr"] = "Bonjour";
    it.agent = AgentId::make();
    return Result<void>{};
  });
  ASSERT_TRUE(changed.has_value());

  EXPECT_EQ(failure_of(get("hello")), ErrorCode::not_found);
  EXPECT_EQ(get("welcome")->contents, (Contents{{"fr", "Bonjour"}}));
  ASSERT_TRUE(sync_wait(segments_->remove(context(), {}, agents_.agent.id, "welcome")).has_value());
  EXPECT_EQ(failure_of(get("welcome")), ErrorCode::not_found);
  EXPECT_EQ(audit_.entries.back().action, "segment.deleted");
}

TEST_F(SegmentsOf, are_put_together_or_not_at_all) {
  add("hello", {{"en", "Hello"}});

  auto counts = put({says("hello", "de", "Hallo"), says("bye", "en", "Bye")});
  ASSERT_TRUE(counts.has_value());
  EXPECT_EQ(counts->created, 1);
  EXPECT_EQ(counts->updated, 1);
  EXPECT_EQ(get("hello")->contents, (Contents{{"de", "Hallo"}, {"en", "Hello"}}));

  auto again = put({says("hello", "de", "Hallo")});
  EXPECT_EQ(again->unchanged, 1);

  auto broken = put({says("new", "en", "New"), says("hello", "de", "")});
  ASSERT_EQ(failure_of(broken), ErrorCode::invalid);
  EXPECT_EQ(broken.error().details.front().field, "segments[1].contents.de");
  EXPECT_EQ(failure_of(get("new")), ErrorCode::not_found);
}

TEST_F(SegmentsOf, have_limits) {
  std::vector<SegmentPut> many;
  for (int i = 0; i <= 500; ++i) many.push_back(says("s" + std::to_string(i), "en", "x"));
  EXPECT_EQ(failure_of(put(many)), ErrorCode::quota_exceeded);
  many.pop_back();
  ASSERT_TRUE(put(many).has_value());
  EXPECT_EQ(failure_of(add("one-more", {{"en", "x"}})), ErrorCode::quota_exceeded);

  auto long_text = [](Segment& segment) -> Result<void> {
    for (int i = 0; i < 39; ++i)
      segment.contents["en-" + std::to_string(100 + i)] = std::string(4000, 'x');
    return {};
  };
  std::vector<SegmentPut> large;
  for (int i = 0; i < 28; ++i) large.push_back({"s" + std::to_string(i), long_text});
  EXPECT_EQ(failure_of(put(large)), ErrorCode::quota_exceeded);
  EXPECT_EQ(get("s0")->contents.size(), 1U);
}

TEST_F(SegmentsOf, are_said_in_the_language_that_comes_closest) {
  agents_.agent.settings.language = "EN-gb";
  add("hello", {{"en", "Hello"}, {"de", "Hallo"}});
  add("bye", {{"de", "Auf Wiederhören"}});

  EXPECT_EQ(text("hello", "de-at")->text, "Hallo");
  EXPECT_EQ(text("hello", "fr")->language, "en");
  EXPECT_EQ(text("hello", "")->text, "Hello");
  EXPECT_EQ(failure_of(text("bye", "fr")), ErrorCode::not_found);
  EXPECT_EQ(failure_of(text("nothing", "en")), ErrorCode::not_found);
}

TEST_F(SegmentsOf, tell_which_languages_lack_what) {
  add("bye", {{"de", "Tschüss"}});
  add("hello", {{"en", "Hello"}, {"de", "Hallo"}});

  auto all = sync_wait(segments_->coverage(context(), agents_.agent.id, {}));
  ASSERT_TRUE(all.has_value());
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ(all->front().language, "de");
  EXPECT_EQ(all->front().present, 2);
  EXPECT_THAT(all->back().missing, ElementsAre("bye"));
  auto french = sync_wait(segments_->coverage(context(), agents_.agent.id, {"fr"}));
  EXPECT_THAT(french->front().missing, ElementsAre("bye", "hello"));
}

TEST_F(SegmentsOf, do_not_exist_for_other_tenants_and_go_with_their_agent) {
  add("hello", {{"en", "Hello"}});
  auto agent = agents_.agent.id;
  auto nothing = [](Segment&) { return Result<void>{}; };

  EXPECT_EQ(failure_of(sync_wait(segments_->get(other(), agent, "hello"))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(segments_->list(other(), agent, {}))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(segments_->change(other(), {}, agent, "hello", nothing))),
            ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(segments_->remove(other(), {}, agent, "hello"))),
            ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(segments_->put_all(other(), {}, agent, {{"hello", nothing}}))),
            ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(segments_->text(other(), agent, "hello", "en"))),
            ErrorCode::not_found);

  ASSERT_TRUE(in_transaction([&](SqlSession& sql) {
                return remove_segments_of(sql, tenant, agent);
              }).has_value());
  EXPECT_TRUE(sync_wait(segments_->list(context(), agent, {}))->empty());
}

}  // namespace
}  // namespace aiva::voice

#include <gmock/gmock.h>

#include <atomic>
#include <string>
#include <thread>

#include "adapters/memory/memory_cache.h"
#include "capabilities/chat/testing/chat_fixture.h"

namespace aiva::chat {
namespace {

using std::chrono::milliseconds;

class DetachedTurnsTest : public ChatFixture {
 protected:
  DetachedTurnsTest() {
    chat_.reset();
    pause_ = make_pause();
    chat_ = make();
  }

  StreamFormat format() {
    return {.begin =
                [this](MessageId turn) {
                  turn_ = turn;
                  return StreamEvent{.name = "turn", .data = turn.to_string()};
                },
            .event =
                [](const TurnEvent& event) {
                  bool is_delta = event.kind == TurnEvent::Kind::delta;
                  return StreamEvent{.name = is_delta ? "delta" : "other", .data = event.text};
                },
            .end =
                [](const Result<Answer>& answer) {
                  return StreamEvent{.name = answer ? "done" : "error",
                                     .data = answer ? answer->text : answer.error().message};
                }};
  }

  Result<std::unique_ptr<TurnFollower>> begin(Chat& chat, ChatSessionId session) {
    Turn turn{.session = session, .content = "When are refunds paid?"};
    return sync_wait(chat.resumable().begin(context(), std::move(turn), format()));
  }

  // Everything a follower tells until the end, or so many events.
  std::vector<StreamEvent> hear(TurnFollower& follower, std::size_t enough = 1000) {
    std::vector<StreamEvent> all;
    while (all.size() < enough) {
      auto more = sync_wait(follower.next(context()));
      EXPECT_TRUE(more);
      if (!more || !*more) break;
      for (auto& event : **more) all.push_back(std::move(event));
    }
    return all;
  }

  MessageId turn_{};
};

void expect_same(const std::vector<StreamEvent>& some, const std::vector<StreamEvent>& all) {
  ASSERT_EQ(some.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(some[i].id, all[i].id);
    EXPECT_EQ(some[i].name, all[i].name);
    EXPECT_EQ(some[i].data, all[i].data);
  }
}

TEST_F(DetachedTurnsTest, tell_a_client_that_comes_back_what_it_missed) {
  script({{.text = "Within 14 days of the return's arrival [1]."}});
  auto session = open_session();
  auto follower = begin(*chat_, session);
  ASSERT_TRUE(follower);
  auto first = hear(**follower, 1);
  follower->reset();

  auto again = sync_wait(chat_->resumable().follow(context(), session, turn_, first.back().id));
  ASSERT_TRUE(again);
  auto rest = hear(**again);
  auto whole = sync_wait(chat_->resumable().follow(context(), session, turn_, 0));
  ASSERT_TRUE(whole);
  auto all = hear(**whole);

  first.insert(first.end(), rest.begin(), rest.end());
  expect_same(first, all);
  for (std::size_t i = 0; i < all.size(); ++i)
    EXPECT_EQ(all[i].id, static_cast<std::int64_t>(i) + 1);
  EXPECT_EQ(all.front().name, "turn");
  EXPECT_EQ(all.back().name, "done");
  EXPECT_EQ(all.back().data, "Within 14 days of the return's arrival [1].");
}

TEST_F(DetachedTurnsTest, are_waited_for_when_their_client_has_gone) {
  script({{.text = "Within 14 days of the return's arrival [1]."}});
  auto session = open_session();
  auto follower = begin(*chat_, session);
  ASSERT_TRUE(follower);
  hear(**follower, 1);
  follower->reset();

  chat_->resumable().wait_idle(std::chrono::minutes(1));

  auto again = sync_wait(chat_->resumable().follow(context(), session, turn_, 0));
  ASSERT_TRUE(again);
  auto all_at_once = sync_wait((*again)->next(context()));
  ASSERT_TRUE(all_at_once && *all_at_once);
  EXPECT_EQ((*all_at_once)->back().name, "done");
}

TEST_F(DetachedTurnsTest, fail_as_a_call_when_nothing_was_told) {
  script({{.text = "Yes."}});
  auto session = open_session();
  ASSERT_TRUE(sync_wait(chat_->end_session(context(), session)));

  auto follower = begin(*chat_, session);
  ASSERT_TRUE(follower);
  auto told = sync_wait((*follower)->next(context()));

  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().code, ErrorCode::conflict);
}

TEST_F(DetachedTurnsTest, are_known_to_their_session_only) {
  script({{.text = "Yes."}});
  auto session = open_session();
  auto follower = begin(*chat_, session);
  hear(**follower);
  CallContext other{.tenant = database_.add_tenant("Other")};

  auto elsewhere = sync_wait(chat_->resumable().follow(context(), open_session(), turn_, 0));
  auto foreign = sync_wait(chat_->resumable().follow(other, session, turn_, 0));
  auto unknown = sync_wait(chat_->resumable().follow(context(), session, MessageId::make(), 0));

  EXPECT_EQ(elsewhere.error().code, ErrorCode::not_found);
  EXPECT_EQ(foreign.error().code, ErrorCode::not_found);
  EXPECT_EQ(unknown.error().code, ErrorCode::not_found);
}

TEST_F(DetachedTurnsTest, are_heard_on_another_process_by_the_shared_cache) {
  auto cache = make_memory_cache({}, clock_);
  script({{.text = "Within 14 days [1]."}});
  auto shared = parts();
  shared.shared_cache = cache.get();
  auto here = make_chat(shared, {});
  auto there = make_chat(shared, {});
  auto session = open_session();
  auto follower = begin(*here, session);
  ASSERT_TRUE(follower);
  auto heard = hear(**follower);

  auto elsewhere = sync_wait(there->resumable().follow(context(), session, turn_, 1));

  ASSERT_TRUE(elsewhere);
  heard.erase(heard.begin());
  expect_same(hear(**elsewhere), heard);
  follower->reset();
}

// A cache that fails a few times, as one does that is killed and comes back.
class FailingCache final : public Cache {
 public:
  explicit FailingCache(Cache& inner) : inner_(inner) {}
  Task<Result<std::optional<std::string>>> get(CallContext context, std::string key) override {
    if (failing_gets-- > 0) co_return fail(ErrorCode::unavailable, "The cache is down");
    auto getting = inner_.get(std::move(context), std::move(key));
    auto value = co_await std::move(getting);
    co_return value;
  }
  Task<Result<void>> put(CallContext context, std::string key, std::string value,
                         milliseconds time_to_live) override {
    if (failing_puts-- > 0) co_return fail(ErrorCode::unavailable, "The cache is down");
    auto putting = inner_.put(std::move(context), std::move(key), std::move(value), time_to_live);
    auto put = co_await std::move(putting);
    co_return put;
  }
  Task<Result<void>> erase(CallContext context, std::string key) override {
    auto erasing = inner_.erase(std::move(context), std::move(key));
    auto erased = co_await std::move(erasing);
    co_return erased;
  }
  Task<Result<WindowCount>> count_in_window(CallContext context, std::string key,
                                            RateWindow window) override {
    auto counting = inner_.count_in_window(std::move(context), std::move(key), window);
    auto standing = co_await std::move(counting);
    co_return standing;
  }

  std::atomic<int> failing_gets = 0;
  std::atomic<int> failing_puts = 0;

 private:
  Cache& inner_;
};

TEST_F(DetachedTurnsTest, are_heard_to_the_end_although_the_shared_cache_fails_for_a_while) {
  auto kept = make_memory_cache({}, clock_);
  FailingCache cache(*kept);
  script({{.text = "Within 14 days [1]."}});
  auto shared = parts();
  shared.shared_cache = &cache;
  auto here = make_chat(shared, {});
  auto there = make_chat(shared, {});
  auto session = open_session();
  cache.failing_puts = 1;
  auto follower = begin(*here, session);
  ASSERT_TRUE(follower);
  auto heard = hear(**follower);
  auto follow = [&] { return sync_wait(there->resumable().follow(context(), session, turn_, 1)); };
  auto elsewhere = follow();
  // What failed is written with the end.
  for (int tries = 0; !elsewhere && tries < 2000; ++tries) {
    std::this_thread::sleep_for(milliseconds(5));
    elsewhere = follow();
  }
  ASSERT_TRUE(elsewhere);
  cache.failing_gets = 3;

  auto rest = hear(**elsewhere);

  heard.erase(heard.begin());
  expect_same(rest, heard);
  follower->reset();
}

TEST_F(DetachedTurnsTest, go_on_while_they_are_heard_on_another_process) {
  agent_settings().search_mode = "never";
  std::string words;
  for (int i = 0; i < 20'000; ++i) words += "word ";
  script({{.text = words}});
  auto cache = make_memory_cache({}, clock_);
  auto shared = parts();
  shared.shared_cache = cache.get();
  auto here = make_chat(shared, {.away_time_max = milliseconds(1)});
  auto there = make_chat(shared, {});
  auto session = open_session();
  auto follower = begin(*here, session);
  ASSERT_TRUE(follower);
  hear(**follower, 2);
  auto elsewhere = sync_wait(there->resumable().follow(context(), session, turn_, 0));
  ASSERT_TRUE(elsewhere);
  auto first = hear(**elsewhere, 1);

  follower->reset();
  auto rest = hear(**elsewhere, 100'000);

  ASSERT_FALSE(rest.empty());
  EXPECT_EQ(rest.back().name, "done");
  EXPECT_EQ(rest.back().data.size(), words.size() - 1);
}

TEST_F(DetachedTurnsTest, stop_when_nobody_comes_back) {
  agent_settings().search_mode = "never";
  std::string words;
  for (int i = 0; i < 20'000; ++i) words += "word ";
  script({{.text = words}});
  chat_ = make({.away_time_max = milliseconds(1)});
  auto session = open_session();
  auto follower = begin(*chat_, session);
  ASSERT_TRUE(follower);
  hear(**follower, 2);
  follower->reset();

  std::vector<Message> saved;
  while (saved.size() < 2) {
    std::this_thread::yield();
    saved = sync_wait(chat_->messages(context(), session, {}))->items;
  }

  EXPECT_TRUE(saved[1].answer.is_interrupted);
  EXPECT_LT(saved[1].answer.text.size(), words.size());
}

}  // namespace
}  // namespace aiva::chat

#include "capabilities/voice/call_search.h"

#include <gmock/gmock.h>

#include <chrono>

#include "capabilities/voice/call_records.h"
#include "capabilities/voice/internal/number_digits.h"
#include "capabilities/voice/testing/calls_fixture.h"

namespace aiva::voice {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(TellingDigits, are_the_same_however_a_number_is_written) {
  for (auto text : {"+49 30 123456", "0049 (0)30/12 34-56", "49.30.123456", "\u202A+49 30 123456",
                    "+٤٩ ٣٠ ١٢٣٤٥٦", "+49\u00A030\u2013123456"})
    EXPECT_EQ(telling_digits(text), "4930123456") << text;
  EXPECT_EQ(telling_digits("030 123456"), "30123456");
  EXPECT_EQ(telling_digits("0101"), "101");
  for (auto text : {"", "+", "000", "refund", "order 4711", "sip:4711@house", "12:30",
                    "\xFF"
                    "12"})
    EXPECT_EQ(telling_digits(text), std::nullopt) << text;
}

TEST(TellingDigits, mean_a_number_by_its_end_and_a_short_one_as_a_whole) {
  struct Case {
    std::string_view number;
    std::string_view known;
    bool is_meant;
  };
  for (const auto& [number, known, is_meant] : {Case{"4930123456", "4930123456", true},
                                                {"4930123456", "30123456", true},
                                                {"4930123456", "3456", true},
                                                {"30123456", "4930123456", true},
                                                {"4930123456", "456", false},
                                                {"4930123456", "4930", false},
                                                {"123456", "4930123456", false},
                                                {"101", "101", true},
                                                {"4930101", "101", false},
                                                {"101", "4930101", false}})
    EXPECT_EQ(is_meant_by(number, known), is_meant) << number << " by " << known;
}

class CallSearchOf : public CallsFixture {
 protected:
  CallId called_by(std::string number, std::string name = {}) {
    return make({.caller_id = std::move(number), .caller_name = std::move(name)});
  }
  CallId made_to(std::string number) {
    return make({.direction = "outbound",
                 .caller_id = "+49 30 999999",
                 .dialled_number = std::move(number)});
  }
  CallId make(NewCall wanted) {
    wanted.agent = agents_.agent.id;
    clock.advance(milliseconds(1));
    auto call = sync_wait(log_->announce(context(), std::move(wanted)));
    if (!call) ADD_FAILURE() << call.error().message;
    return call.value_or(Call{}).id;
  }

  // A call whose caller said that.
  CallId said(std::string_view words) {
    auto call = called_by("");
    talk(words, call);
    return call;
  }
  // A conversation, of that call unless it is nil.
  void talk(std::string_view words, CallId call) {
    auto session = ChatSessionId::make();
    auto now = clock.unix_ms();
    auto rows = [&](SqlSession& sql) -> Result<void> {
      TRY_VOID(
          sql.execute("INSERT INTO chat_sessions (id, tenant_id, title, user_name, "
                      "message_count, created_at, updated_at) VALUES (?, ?, '', '', 1, ?, ?)",
                      {session, tenant, now, now}));
      TRY_VOID(
          sql.execute("INSERT INTO chat_messages (session_id, sequence_number, id, tenant_id, "
                      "role, content, created_at) VALUES (?, 1, ?, ?, 'user', ?, ?)",
                      {session, MessageId::make(), tenant, words, now}));
      TRY_VOID(
          sql.execute("UPDATE call_logs SET chat_session_id = ? "
                      "WHERE tenant_id = ? AND id = ?",
                      {session, tenant, call}));
      return {};
    };
    EXPECT_TRUE(in_transaction(rows).has_value());
  }
  // Words that nobody noted are gathered when they have settled.
  void gather() {
    clock.advance(minutes(11));
    EXPECT_TRUE(sync_wait(conversations_->keep_up({})).has_value());
  }

  FoundCalls find(std::string text, CallFilter filter = {}) {
    auto found = sync_wait(search_->find(context(), {std::move(text), std::move(filter)}));
    if (!found) ADD_FAILURE() << found.error().message;
    return found ? *std::move(found) : FoundCalls{};
  }
  std::vector<CallId> ids(std::string text, CallFilter filter = {}) {
    std::vector<CallId> found;
    for (const auto& item : find(std::move(text), std::move(filter)).items)
      found.push_back(item.call.id);
    return found;
  }
  // All pages of so many calls.
  std::vector<CallId> pages(std::string text, int limit) {
    std::vector<CallId> all;
    CallFilter filter{.limit = limit};
    for (int count = 0; count < 10; ++count) {
      auto page = find(text, filter);
      EXPECT_LE(page.items.size(), static_cast<std::size_t>(limit));
      for (const auto& item : page.items) all.push_back(item.call.id);
      if (!page.next) return all;
      filter.after = page.next;
    }
    ADD_FAILURE() << "it does not end";
    return all;
  }
  std::string refusal(std::string text) {
    auto found = sync_wait(search_->find(context(), {.text = std::move(text)}));
    if (found || found.error().code != ErrorCode::invalid || found.error().details.empty())
      return {};
    return found.error().details.front().field;
  }

  std::unique_ptr<chat::ConversationSearch> conversations_ =
      chat::make_conversation_search(*database, clock);
  std::unique_ptr<CallSearch> search_ = make_call_search(*database, *conversations_);
};

TEST_F(CallSearchOf, a_number_finds_who_called_and_who_was_called) {
  auto abroad = called_by("+49 (0)30/12 34-56");
  auto at_home = called_by("030 123456");
  auto called = made_to("+4930123456");
  called_by("+4940123456");
  auto inside = called_by("101");
  called_by("anonymous");
  called_by("");

  EXPECT_THAT(ids("+49 30 123456"), ElementsAre(called, at_home, abroad));
  EXPECT_THAT(ids("030-123456"), ElementsAre(called, at_home, abroad));
  EXPECT_EQ(ids("3456").size(), 4U);
  EXPECT_THAT(ids("30 123456"), ElementsAre(called, at_home, abroad));
  EXPECT_THAT(ids("101"), ElementsAre(inside));
  EXPECT_THAT(ids("30 999999"), IsEmpty());  // ours, of a call we made
  EXPECT_THAT(ids("7777"), IsEmpty());
}

TEST_F(CallSearchOf, a_number_comes_page_by_page_and_within_the_filter) {
  std::vector<CallId> made;
  for (int i = 0; i < 5; ++i) {
    made.insert(made.begin(), called_by("+4930123456"));
    called_by("+4930654321");
  }
  ASSERT_TRUE(finish(made[2], 0).has_value());

  EXPECT_EQ(pages("123456", 2), made);
  EXPECT_EQ(pages("123456", 5), made);
  EXPECT_THAT(ids("123456", {.status = "completed"}), ElementsAre(made[2]));
  EXPECT_THAT(ids("123456", {.direction = "outbound"}), IsEmpty());
  EXPECT_THAT(ids("123456", {.agent = AgentId::make()}), IsEmpty());
  auto middle = stored(made[2]).created_at;
  EXPECT_THAT(ids("123456", {.until = middle}), ElementsAre(made[3], made[4]));
  EXPECT_THAT(ids("123456", {.since = middle}), ElementsAre(made[0], made[1], made[2]));
}

TEST_F(CallSearchOf, a_number_follows_what_is_told_of_a_call_later) {
  auto records = make_call_records({.database = *database, .agents = agents_, .clock = clock});
  auto call = sync_wait(records->create(
      context(),
      {.session_id = "bridge-7", .agent = agents_.agent.id, .caller_id = "+4930111111"}));
  ASSERT_TRUE(call.has_value());
  ASSERT_TRUE(
      sync_wait(records->update(context(), "bridge-7", {.caller_id = "+4930222222"})).has_value());

  EXPECT_THAT(ids("111111"), IsEmpty());
  EXPECT_THAT(ids("222222"), ElementsAre(call->id));
  talk("Good day", call->id);
  auto session = stored(call->id).chat_session;
  ASSERT_TRUE(session.has_value());
  EXPECT_TRUE(in_transaction([&](SqlSession& sql) {
                return forget_calls_of_session(sql, tenant, *session);
              }).has_value());
  EXPECT_THAT(ids("222222"), IsEmpty());
}

TEST_F(CallSearchOf, a_number_that_was_called_is_forgotten_with_the_conversation) {
  auto called = made_to("+4930123456");
  talk("Good day", called);
  auto session = stored(called).chat_session;
  ASSERT_TRUE(session.has_value());
  ASSERT_THAT(ids("123456"), ElementsAre(called));

  EXPECT_TRUE(in_transaction([&](SqlSession& sql) {
                return forget_calls_of_session(sql, tenant, *session);
              }).has_value());

  EXPECT_THAT(ids("123456"), IsEmpty());
  EXPECT_EQ(stored(called).dialled_number, "");
}

TEST_F(CallSearchOf, words_find_calls_with_what_was_said_in_them) {
  auto first = said("Where is my gumboot?");
  auto second = said("I want a refund for the gumboots");
  talk("No call is about a gumboot", {});
  said("Good day");
  gather();

  auto found = find("gumboo");
  ASSERT_EQ(found.items.size(), 2U);
  EXPECT_EQ(found.items[0].call.id, second);
  EXPECT_EQ(found.items[1].call.id, first);
  ASSERT_TRUE(found.items[1].match.has_value());
  EXPECT_EQ(found.items[1].match->text, "Where is my gumboot?");
  EXPECT_FALSE(found.next.has_value());
  EXPECT_THAT(ids("refund gumboots"), ElementsAre(second));
  EXPECT_EQ(pages("gumboo", 1), (std::vector{second, first}));
}

TEST_F(CallSearchOf, words_are_found_within_the_filter) {
  auto first = said("Where is my gumboot?");
  auto second = said("I want a gumboot");
  ASSERT_TRUE(finish(first, 0).has_value());
  gather();

  EXPECT_THAT(ids("gumboot", {.status = "completed"}), ElementsAre(first));
  EXPECT_THAT(ids("gumboot", {.agent = agents_.agent.id, .direction = "inbound"}),
              ElementsAre(second, first));
  EXPECT_THAT(ids("gumboot", {.direction = "outbound"}), IsEmpty());
  auto later = stored(second).created_at;
  EXPECT_THAT(ids("gumboot", {.since = later}), ElementsAre(second));
  EXPECT_THAT(ids("gumboot", {.until = later}), ElementsAre(first));
}

TEST_F(CallSearchOf, nobody_sees_the_calls_of_others) {
  called_by("+4930123456");
  said("Where is my gumboot?");
  gather();

  for (auto text : {"123456", "gumboot"}) {
    auto found = sync_wait(search_->find(other(), {.text = text}));
    ASSERT_TRUE(found.has_value());
    EXPECT_THAT(found->items, IsEmpty());
  }
}

TEST_F(CallSearchOf, what_cannot_be_looked_for_is_refused) {
  for (auto text : {"123456789012345678901", "x", "?!", "a b c d e f g h i"})
    EXPECT_EQ(refusal(text), "q") << text;
  EXPECT_EQ(refusal(std::string(201, 'x')), "q");
}

}  // namespace
}  // namespace aiva::voice

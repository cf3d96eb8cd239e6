#include "capabilities/chat/conversation_search.h"

#include <gmock/gmock.h>

#include "capabilities/chat/internal/chat_tables.h"
#include "capabilities/chat/internal/messages_table.h"
#include "capabilities/chat/internal/words_table.h"
#include "capabilities/chat/privacy.h"
#include "capabilities/chat/testing/chat_fixture.h"

namespace aiva::chat {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class ConversationSearchTest : public ChatFixture {
 protected:
  // A conversation in which that was said, the visitor first; each is a minute newer.
  ChatSessionId talk(std::vector<std::string> said, Session about = {}) {
    about.id = ChatSessionId::make();
    if (about.tenant.is_nil()) about.tenant = tenant_;
    about.created_at = about.updated_at = now_ += 60'000;
    run([&](SqlSession& sql) -> Result<void> {
      TRY_VOID(insert_session(sql, about, {}));
      bool is_answer = false;
      for (const auto& text : said) {
        TRY_VOID(say(sql, about, is_answer ? "assistant" : "user", text));
        is_answer = !is_answer;
      }
      return {};
    });
    return about.id;
  }

  static Result<void> say(SqlSession& sql, const Session& session, std::string_view role,
                          std::string_view text) {
    Message message{.id = MessageId::make(),
                    .session = session.id,
                    .role = std::string(role),
                    .created_at = session.created_at,
                    .answer = {.text = std::string(text)}};
    TRY_VOID(append_message(sql, session.tenant, message, false));
    return {};
  }

  template <class Rows>
  void run(Rows rows) {
    ASSERT_TRUE(sync_wait(write(*database_, context(), rows)));
  }

  std::int64_t count(std::string_view table) {
    std::int64_t number = -1;
    auto rows = [&](SqlSession& sql) -> Result<void> {
      return sql.query("SELECT COUNT(*) FROM " + std::string(table), {},
                       [&number](const SqlRow& row) -> Result<void> {
                         number = row.integer(0);
                         return {};
                       });
    };
    EXPECT_TRUE(sync_wait(read(*database_, context(), rows)));
    return number;
  }

  FoundConversations find(ConversationQuery query) {
    auto found = sync_wait(finder_->find(context(), std::move(query)));
    EXPECT_TRUE(found);
    return found ? *std::move(found) : FoundConversations{};
  }

  // What is found, the same with words that are fresh and in their places.
  std::vector<ChatSessionId> ids(ConversationQuery query) {
    auto fresh = list(query);
    EXPECT_TRUE(sync_wait(finder_->keep_up(context())));
    EXPECT_EQ(list(query), fresh) << query.words;
    return fresh;
  }

  std::vector<ChatSessionId> list(ConversationQuery query) {
    std::vector<ChatSessionId> ids;
    for (const auto& item : find(std::move(query)).items) ids.push_back(item.session.id);
    return ids;
  }
  std::vector<ChatSessionId> ids(std::string words) { return ids({.words = std::move(words)}); }

  UnixMs now_ = clock_.unix_ms();
  std::unique_ptr<ConversationSearch> finder_ =
      make_conversation_search(*database_, clock_, {.fresh_batch_min = 1});
};

TEST_F(ConversationSearchTest, finds_what_was_said_in_any_case_and_by_beginnings) {
  auto old = talk({"May I have a Réfund?", "Yes, within 14 days."});
  auto other = talk({"Do lamps float?", "They do, on water."});
  auto young = talk({"Refunding takes long", "It does."});

  EXPECT_THAT(ids("refund"), ElementsAre(young, old));
  EXPECT_THAT(ids("REFUND 14 da"), ElementsAre(old));
  EXPECT_THAT(ids("the lamp"), ElementsAre(other));
  EXPECT_THAT(ids("refund lamps"), IsEmpty());
  EXPECT_THAT(ids("reimbursement"), IsEmpty());
}

TEST_F(ConversationSearchTest, shows_the_message_with_the_most_words) {
  talk({"A refund, please", "For **shoes** a refund is <b>paid</b>.", "And for lamps?"});

  auto found = find({.words = "shoes refund"});

  ASSERT_THAT(found.items, SizeIs(1));
  const auto& match = found.items[0].match;
  EXPECT_EQ(match.field, "message");
  EXPECT_EQ(match.role, "assistant");
  EXPECT_EQ(match.text, "For shoes a refund is <b>paid</b>.");
  EXPECT_THAT(match.marks, ElementsAre(TextMark{4, 5}, TextMark{12, 6}));
}

TEST_F(ConversationSearchTest, finds_by_name_title_and_address) {
  auto named = talk({"Hello"}, {.user_name = "Zoë Quill"});
  auto titled = talk({"Hello"}, {.title = "Parcel to Harwick"});
  auto written = talk({}, {.metadata = R"({"email":"ann@example.com","page":"/harbour"})"});

  EXPECT_THAT(ids("zoe"), ElementsAre(named));
  EXPECT_THAT(ids("harwick"), ElementsAre(titled));
  EXPECT_THAT(ids("ann@example.com"), ElementsAre(written));
  EXPECT_THAT(ids("harbour"), IsEmpty());
  auto found = find({.words = "zoe"});
  ASSERT_THAT(found.items, SizeIs(1));
  EXPECT_EQ(found.items[0].match.field, "user_name");
  EXPECT_EQ(found.items[0].match.text, "Zoë Quill");
}

TEST_F(ConversationSearchTest, finds_words_of_languages_without_spaces) {
  auto chinese = talk({"你好，我要退款"});
  auto japanese = talk({"返品したいです"});
  auto thai = talk({"ฉันต้องการคืนเงิน"});

  EXPECT_THAT(ids("退款"), ElementsAre(chinese));
  EXPECT_THAT(ids("返品"), ElementsAre(japanese));
  EXPECT_THAT(ids("คืนเงิน"), ElementsAre(thai));
}

TEST_F(ConversationSearchTest, finds_what_was_said_after_it_was_looked_for) {
  auto session = talk({"Hello", "Good morning"});
  ASSERT_THAT(ids("refund"), IsEmpty());

  run([&](SqlSession& sql) {
    return say(sql, {.id = session, .tenant = tenant_, .created_at = now_}, "user", "A refund!");
  });

  EXPECT_THAT(ids("refund"), ElementsAre(session));
  EXPECT_THAT(ids("morning refund"), ElementsAre(session));
}

TEST_F(ConversationSearchTest, shows_nobody_elses) {
  auto others = database_.add_tenant();
  talk({"A refund, please"}, {.tenant = others});

  EXPECT_THAT(ids("refund"), IsEmpty());
  auto theirs = sync_wait(finder_->find({.tenant = others, .home = &home_}, {.words = "refund"}));
  ASSERT_TRUE(theirs);
  EXPECT_THAT(theirs->items, SizeIs(1));
}

TEST_F(ConversationSearchTest, goes_on_by_positions_and_filters) {
  std::vector<ChatSessionId> all;
  for (int i = 0; i < 7; ++i) {
    Session about{.agent = i % 2 == 0 ? std::optional(agents_.agent.id) : std::nullopt,
                  .status = i < 3 ? "ended" : "active"};
    all.insert(all.begin(), talk({i % 2 == 0 ? "refund" : "refunded"}, std::move(about)));
  }

  for (bool are_fresh : {true, false}) {
    std::vector<ChatSessionId> walked;
    std::optional<ListPosition> after;
    do {
      auto found = find({.words = "refund", .limit = 2, .after = after});
      EXPECT_LE(found.items.size(), 2U);
      for (const auto& item : found.items) walked.push_back(item.session.id);
      after = found.next;
    } while (after && walked.size() < 20);

    EXPECT_EQ(walked, all) << are_fresh;
    ASSERT_TRUE(sync_wait(finder_->keep_up(context())));
  }
  EXPECT_THAT(ids({.words = "refund", .status = "ended"}), ElementsAre(all[4], all[5], all[6]));
  EXPECT_THAT(ids({.words = "refund", .agent = agents_.agent.id}),
              ElementsAre(all[0], all[2], all[4], all[6]));
}

TEST_F(ConversationSearchTest, finds_by_a_beginning_of_very_many_words) {
  std::vector<ChatSessionId> all;
  for (int i = 0; i < 40; ++i) all.push_back(talk({"word" + std::to_string(i)}));

  for (bool are_fresh : {true, false}) {
    auto found = find({.words = "word", .limit = 30});
    ASSERT_THAT(found.items, SizeIs(30)) << are_fresh;
    EXPECT_EQ(found.items.front().session.id, all.back());
    ASSERT_TRUE(found.next);
    auto rest = find({.words = "word", .limit = 30, .after = found.next});
    EXPECT_THAT(rest.items, SizeIs(10));
    EXPECT_FALSE(rest.next);
    ASSERT_TRUE(sync_wait(finder_->keep_up(context())));
  }
}

TEST_F(ConversationSearchTest, looks_at_so_many_at_most_and_goes_on_from_there) {
  auto wanted = talk({"common rare"});
  run([&](SqlSession& sql) -> Result<void> {
    for (int i = 0; i < 5400; ++i) {  // rows of words alone: conversations that are gone
      ConversationKey key{.tenant = tenant_, .session = ChatSessionId::make()};
      TRY_VOID(
          sql.execute("INSERT INTO chat_words (tenant_id, word, created_at, session_id)"
                      " VALUES (?, 'common', ?, ?)",
                      {key.tenant, now_ + i + 1, key.session}));
    }
    return {};
  });
  ASSERT_TRUE(sync_wait(finder_->find(context(), {.words = "common"})));
  ASSERT_TRUE(sync_wait(finder_->keep_up(context())));

  auto first = find({.words = "common ra"});
  ASSERT_TRUE(first.next);
  auto second = find({.words = "common ra", .after = first.next});

  EXPECT_THAT(first.items, IsEmpty());
  ASSERT_THAT(second.items, SizeIs(1));
  EXPECT_EQ(second.items[0].session.id, wanted);
  EXPECT_FALSE(second.next);
}

TEST_F(ConversationSearchTest, puts_no_words_in_places_that_were_erased_meanwhile) {
  auto session = talk({"A refund, please"});
  ASSERT_THAT(list({.words = "refund"}), ElementsAre(session));
  auto privacy = make_privacy(*database_, clock_, {});
  auto read_batch = [](SqlSession& sql) { return read_fresh(sql, 10); };
  auto batch = sync_wait(read(*database_, context(), read_batch));
  ASSERT_TRUE(batch);
  ASSERT_THAT(batch->items, SizeIs(1));

  ASSERT_TRUE(sync_wait(privacy->erase_session(context(), session)));
  auto rows = rows_of(*batch);
  auto place = [&](SqlSession& sql) { return write_words(sql, *batch, rows); };

  EXPECT_EQ(sync_wait(write(*database_, context(), place)), false);
  EXPECT_EQ(count("chat_words"), 0);
}

TEST_F(ConversationSearchTest, refuses_what_it_cannot_do) {
  for (ConversationQuery query :
       {ConversationQuery{.words = "x"}, ConversationQuery{.words = "refund", .status = "gone"},
        ConversationQuery{.words = "refund", .limit = 201}}) {
    auto found = sync_wait(finder_->find(context(), query));
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::invalid);
  }
}

TEST_F(ConversationSearchTest, keeps_up_with_what_nobody_noted) {
  auto session = talk({"A refund, please"});
  run([](SqlSession& sql) -> Result<void> {
    TRY_VOID(sql.execute("DELETE FROM chat_words_due"));  // as a program of an older release
    return {};
  });
  ASSERT_THAT(ids("refund"), IsEmpty());

  clock_.advance(std::chrono::hours(1));
  ASSERT_TRUE(sync_wait(finder_->keep_up(context())));

  EXPECT_THAT(ids("refund"), ElementsAre(session));
  EXPECT_EQ(sync_wait(finder_->keep_up(context())), 0);
}

TEST_F(ConversationSearchTest, forgets_with_the_conversation) {
  auto session = talk({"A refund, please"}, {.user_name = "Ann"});
  auto stranded = talk({"Another refund"});
  ASSERT_THAT(ids("refund"), ElementsAre(stranded, session));
  auto privacy = make_privacy(*database_, clock_, {});

  ASSERT_TRUE(sync_wait(privacy->erase_session(context(), session)));
  EXPECT_THAT(ids("refund"), ElementsAre(stranded));
  run([&](SqlSession& sql) -> Result<void> {  // as a program of an older release
    TRY_VOID(sql.execute("DELETE FROM chat_messages WHERE session_id = ?", {stranded}));
    TRY_VOID(sql.execute("DELETE FROM chat_sessions WHERE id = ?", {stranded}));
    return {};
  });
  EXPECT_THAT(ids("refund"), IsEmpty());
  ASSERT_TRUE(sync_wait(finder_->forget_erased(context())));

  for (std::string_view table :
       {"chat_words", "chat_session_words", "chat_words_fresh", "chat_words_due"})
    EXPECT_EQ(count(table), 0) << table;
}

}  // namespace
}  // namespace aiva::chat

#include "capabilities/chat/chat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "capabilities/search/testing/shelf.h"
#include "foundation/thread_pool.h"
#include "ports/testing/fake_chat_model.h"

namespace aiva::chat {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

Task<Result<void>> done(Result<void> outcome) { co_return outcome; }

// Remembers what a turn tells, and may go away after some deltas.
struct Ear {
  std::vector<TurnEvent> events;
  std::size_t deltas_max = 1000;

  TurnListener listener() {
    return [this](TurnEvent event) {
      events.push_back(std::move(event));
      if (deltas() > deltas_max) return done(fail(ErrorCode::cancelled, "gone"));
      return done({});
    };
  }
  [[nodiscard]] std::size_t deltas() const {
    return static_cast<std::size_t>(
        std::ranges::count(events, TurnEvent::Kind::delta, &TurnEvent::kind));
  }
  [[nodiscard]] std::string joined() const {
    std::string text;
    for (const auto& event : events) text += event.text;
    return text;
  }
};

// Every chunk is followed by one more in its section.
class OneMoreChunk final : public knowledge::Sections {
 public:
  explicit OneMoreChunk(knowledge::Knowledge& knowledge) : knowledge_(knowledge) {}

  Task<Result<std::vector<knowledge::Section>>> around(CallContext context,
                                                       std::vector<ChunkId> ids, int) override {
    if (is_down) co_return fail(ErrorCode::unavailable, "down");
    CO_TRY(auto chunks, co_await knowledge_.chunks(context, std::move(ids)));
    std::vector<knowledge::Section> sections;
    for (auto& chunk : chunks) {
      auto next = chunk;
      next.id = ChunkId::make();
      next.text = "Here follows what stands on page " + std::to_string(++next.page_first) + ".";
      next.page_last = next.page_first;
      next.spans = {{.page = next.page_first, .begin = 0, .end = next.text.size()}};
      sections.push_back({.chunks = {std::move(chunk), std::move(next)}});
    }
    co_return sections;
  }

  bool is_down = false;

 private:
  knowledge::Knowledge& knowledge_;
};

class ChatTest : public testing::Test {
 protected:
  ChatTest() {
    shelf_.add(base_, {"Returns are free. Refunds are paid within 14 days of the return's arrival.",
                       3, "Returns > Refunds"});
    shelf_.add(base_, {"The lamp floats on water. It is charged over night.", 7, "The lamp"});
  }

  CallContext context() { return {.tenant = tenant_, .home = &home_}; }

  void use_model(FakeChatModel::Answer answer) {
    model_ = std::make_unique<FakeChatModel>(std::move(answer));
    chat_ = make();
  }
  void use_model(std::string text) {
    model_ = std::make_unique<FakeChatModel>(std::move(text));
    chat_ = make();
  }

  std::unique_ptr<search::Search> make_search() {
    return search::make_search({.database = *database_,
                                .knowledge = shelf_,
                                .catalog = shelf_.catalog(),
                                .embedder = embedder_,
                                .index = index_,
                                .billing = *billing_,
                                .clock = clock_,
                                .metrics = metrics_},
                               {.cache_time = std::chrono::seconds(0)});
  }

  void enforce_credit() {
    chat_.reset();
    search_.reset();
    billing_ =
        billing::make_billing(*database_, clock_, {.margin_percent = 20, .is_enforced = true});
    search_ = make_search();
    chat_ = make();
  }

  std::unique_ptr<Chat> make(ChatSettings settings = {}) {
    return make_chat({.database = *database_,
                      .knowledge = shelf_,
                      .search = *search_,
                      .embedder = embedder_,
                      .model = model_.get(),
                      .billing = *billing_,
                      .clock = clock_,
                      .metrics = metrics_,
                      .sections = &sections_},
                     std::move(settings));
  }

  ChatSessionId open_session(NewSession session) {
    auto created = sync_wait(chat_->create_session(context(), std::move(session)));
    EXPECT_TRUE(created);
    return created ? created->id : ChatSessionId{};
  }
  ChatSessionId open_session() { return open_session({.knowledge_base = base_}); }

  Result<Answer> ask(ChatSessionId session, std::string content, TurnListener listener = {}) {
    return sync_wait(chat_->answer(
        context(),
        {.session = session, .content = std::move(content), .listener = std::move(listener)}));
  }

  std::vector<Message> messages(ChatSessionId session) {
    auto page = sync_wait(chat_->messages(context(), session, {}));
    EXPECT_TRUE(page);
    return page ? page->items : std::vector<Message>();
  }

  std::int64_t balance() {
    return sync_wait(billing_->balance(context(), tenant_)).value().available;
  }

  ThreadPool home_{{.name = "home", .threads = 4}};
  TestDatabase database_;
  ManualClock clock_;
  Metrics metrics_;
  FakeTextEmbedder embedder_;
  PlainPassageIndex index_;
  search::ShelfKnowledge shelf_{embedder_, index_};
  OneMoreChunk sections_{shelf_};
  TenantId tenant_ = database_.add_tenant();
  KnowledgeBaseId base_ = shelf_.add_base(tenant_);
  std::unique_ptr<billing::Billing> billing_ = billing::make_billing(*database_, clock_, {});
  std::unique_ptr<search::Search> search_ = make_search();
  std::unique_ptr<FakeChatModel> model_;
  std::unique_ptr<Chat> chat_ = make();
};

TEST_F(ChatTest, answers_without_a_model_by_the_best_sentence_and_its_page) {
  auto session = open_session();

  auto answer = ask(session, "When are refunds paid?");

  ASSERT_TRUE(answer) << answer.error().message << answer.error().cause;
  EXPECT_TRUE(answer->is_extractive);
  EXPECT_EQ(answer->provider, "extractive");
  EXPECT_EQ(answer->text,
            "From the documents: Refunds are paid within 14 days of the return's arrival. [1]");
  ASSERT_THAT(answer->sources, SizeIs(1));
  EXPECT_EQ(answer->sources[0].page, 3);
  EXPECT_EQ(answer->sources[0].document_name, "Handbook.pdf");
  EXPECT_EQ(answer->base_cost, 500);
  EXPECT_EQ(answer->final_cost, 600);
}

TEST_F(ChatTest, answers_by_words_alone_while_the_embedder_is_down) {
  auto session = open_session();
  embedder_.fail_next(100, {.code = ErrorCode::unavailable, .message = "down"});

  auto answer = ask(session, "When are refunds paid?");

  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->text, HasSubstr("Refunds are paid within 14 days"));
}

TEST_F(ChatTest, says_that_the_documents_do_not_answer) {
  auto answer = ask(open_session(), "Who won the chess championship of 1972?");

  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->text, HasSubstr("do not answer"));
  EXPECT_THAT(answer->sources, IsEmpty());
}

TEST_F(ChatTest, lets_the_model_answer_with_cited_sources_only) {
  use_model("They are paid within 14 days of arrival [1]. It floats [9].");
  auto session = open_session();

  auto answer = ask(session, "When are refunds paid?");

  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->text, "They are paid within 14 days of arrival [1]. It floats.");
  EXPECT_FALSE(answer->is_extractive);
  EXPECT_EQ(answer->provider, "openai");
  EXPECT_EQ(answer->model, "fake-chat");
  ASSERT_THAT(answer->sources, SizeIs(1));
  EXPECT_TRUE(answer->sources[0].is_cited);
  EXPECT_EQ(answer->sources[0].quote, "Refunds are paid within 14 days of the return's arrival.");
  EXPECT_EQ(answer->sources[0].page, 3);
  EXPECT_GT(answer->input_tokens, 0);
  EXPECT_EQ(answer->context_chunks, 2);
}

TEST_F(ChatTest, lets_the_model_read_on_in_the_section_and_cites_the_chunk_that_says_it) {
  use_model("Look at what stands on page 4 [1].");

  auto answer = ask(open_session(), "When are refunds paid?");

  ASSERT_TRUE(answer);
  auto prompt = model_->requests().back().messages.back().content;
  EXPECT_THAT(prompt, HasSubstr("of the return's arrival.\n\nHere follows what stands on page 4."));
  EXPECT_THAT(prompt, HasSubstr("page=\"3-4\""));
  ASSERT_THAT(answer->sources, SizeIs(1));
  EXPECT_EQ(answer->sources[0].quote, "Here follows what stands on page 4.");
  EXPECT_EQ(answer->sources[0].page, 4);
}

TEST_F(ChatTest, does_without_sections_that_are_down_or_too_long) {
  for (bool is_down : {true, false}) {
    sections_.is_down = is_down;
    use_model("Fine [1].");
    if (!is_down) chat_ = make({.section_tokens_max = 20});

    ASSERT_TRUE(ask(open_session(), "When are refunds paid?"));

    auto prompt = model_->requests().back().messages.back().content;
    EXPECT_THAT(prompt, HasSubstr("Refunds are paid within 14 days"));
    EXPECT_THAT(prompt, Not(HasSubstr("Here follows")));
  }
}

TEST_F(ChatTest, counts_the_tokens_that_the_model_does_not_tell) {
  use_model("One two three four five.");
  chat_ = make({.count_tokens = [](std::string_view text) { return text.size(); }});
  Ear ear{.events = {}, .deltas_max = 2};

  auto answer = ask(open_session(), "When are refunds paid?", ear.listener());

  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->is_interrupted);
  EXPECT_EQ(answer->text, "One two three");
  EXPECT_EQ(answer->output_tokens, 14);  // with the space behind, which it said, too
  EXPECT_GT(answer->input_tokens, 500);
}

TEST_F(ChatTest, lists_what_was_read_when_the_answer_cites_nothing) {
  use_model("I cannot say.");

  auto answer = ask(open_session(), "When are refunds paid?");

  ASSERT_TRUE(answer);
  ASSERT_THAT(answer->sources, SizeIs(2));
  EXPECT_FALSE(answer->sources[0].is_cited);
}

TEST_F(ChatTest, gives_the_model_the_rules_the_history_and_the_passages) {
  use_model("Fine [1].");
  auto session = open_session();
  ASSERT_TRUE(ask(session, "Does the lamp float?"));
  ASSERT_TRUE(ask(session, "When are refunds paid?"));

  auto request = model_->requests().back();

  ASSERT_THAT(request.messages, SizeIs(4));
  EXPECT_EQ(request.messages[0].role, ChatRole::system);
  EXPECT_EQ(request.messages[1].content, "Does the lamp float?");
  EXPECT_EQ(request.messages[2].content, "Fine [1].");
  EXPECT_THAT(request.messages[3].content, HasSubstr("<passage number=\"1\""));
  EXPECT_THAT(request.messages[3].content, HasSubstr("Question: When are refunds paid?"));
}

TEST_F(ChatTest, remembers_no_more_history_than_set) {
  use_model("Yes.");
  chat_ = make({.history_messages_max = 2});
  auto session = open_session();
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(ask(session, "Question " + std::to_string(i)));

  auto request = model_->requests().back();

  ASSERT_THAT(request.messages, SizeIs(4));
  EXPECT_EQ(request.messages[1].content, "Question 2");
}

TEST_F(ChatTest, searches_a_short_follow_up_together_with_the_question_before) {
  auto session = open_session();
  ASSERT_TRUE(ask(session, "When are refunds paid after a return?"));

  auto answer = ask(session, "And why?");

  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->text, HasSubstr("Refunds are paid"));
}

TEST_F(ChatTest, tells_sources_first_then_deltas_that_join_to_the_text) {
  use_model("They are paid within 14 days [1]. And [7] more.");
  Ear ear;

  auto answer = ask(open_session(), "When are refunds paid?", ear.listener());

  ASSERT_TRUE(answer);
  ASSERT_FALSE(ear.events.empty());
  EXPECT_EQ(ear.events[0].kind, TurnEvent::Kind::sources);
  EXPECT_THAT(ear.events[0].sources, SizeIs(2));
  EXPECT_GT(ear.deltas(), 3U);
  EXPECT_EQ(ear.joined(), answer->text);
}

TEST_F(ChatTest, tells_an_extract_in_the_same_order) {
  Ear ear;

  auto answer = ask(open_session(), "When are refunds paid?", ear.listener());

  ASSERT_TRUE(answer);
  EXPECT_EQ(ear.events[0].kind, TurnEvent::Kind::sources);
  EXPECT_THAT(ear.events[0].sources, SizeIs(1));
  EXPECT_EQ(ear.joined(), answer->text);
}

TEST_F(ChatTest, keeps_what_was_said_when_the_client_goes_away) {
  use_model("one two three four five six seven");
  auto session = open_session();
  Ear ear{.events = {}, .deltas_max = 2};

  auto answer = ask(session, "Count", ear.listener());

  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->is_interrupted);
  EXPECT_EQ(answer->text, "one two three");
  EXPECT_GT(answer->output_tokens, 0);
  auto saved = messages(session);
  ASSERT_THAT(saved, SizeIs(2));
  EXPECT_TRUE(saved[1].answer.is_interrupted);
  EXPECT_EQ(saved[1].answer.text, "one two three");
}

TEST_F(ChatTest, charges_nothing_when_the_model_fails) {
  use_model([](const ChatRequest&) -> Result<std::string> {
    return fail(ErrorCode::unavailable, "The model is down");
  });
  auto session = open_session();

  auto answer = ask(session, "When are refunds paid?");

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
  auto saved = messages(session);
  ASSERT_THAT(saved, SizeIs(1));
  EXPECT_EQ(saved[0].role, "user");
  EXPECT_EQ(sync_wait(billing_->history(context(), tenant_, 10, 0)).value().total, 0);
}

TEST_F(ChatTest, fails_when_the_answer_breaks_off) {
  use_model("one two three four");
  model_->cut_streams_after(2);
  auto session = open_session();

  auto answer = ask(session, "When are refunds paid?");

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
  EXPECT_THAT(messages(session), SizeIs(1));
}

TEST_F(ChatTest, runs_one_turn_of_a_session_at_a_time) {
  use_model("Fine.");
  auto session = open_session();
  Result<Answer> inner = fail(ErrorCode::internal, "not run");
  Result<Answer> elsewhere = fail(ErrorCode::internal, "not run");
  auto listener = [&](TurnEvent event) {
    if (event.kind == TurnEvent::Kind::sources) {
      inner = ask(session, "Again");
      elsewhere = ask(open_session(), "Elsewhere");
    }
    return done({});
  };

  auto outer = ask(session, "First", listener);

  ASSERT_TRUE(outer);
  ASSERT_FALSE(inner);
  EXPECT_EQ(inner.error().code, ErrorCode::conflict);
  EXPECT_TRUE(elsewhere);
  EXPECT_TRUE(ask(session, "After"));
}

TEST_F(ChatTest, charges_search_and_model_with_the_answer) {
  enforce_credit();
  ASSERT_TRUE(sync_wait(billing_->add(context(), tenant_, 10'000, "start")));
  use_model("Fine.");
  auto price = [](std::string_view, std::string_view model, const ChatUsage& usage) {
    return model == "fake-chat" ? usage.input_tokens * 1000 + usage.output_tokens * 2000 : 0;
  };
  chat_ = make({.price_of = price});

  auto answer = ask(open_session(), "When are refunds paid?");

  ASSERT_TRUE(answer);
  ASSERT_THAT(answer->operations, SizeIs(2));
  EXPECT_EQ(answer->operations[0].operation, "search");
  EXPECT_EQ(answer->operations[0].base_cost, 500);
  EXPECT_EQ(answer->operations[1].operation, "chat");
  EXPECT_EQ(answer->operations[1].base_cost, answer->input_tokens * 1000 + 2000);
  EXPECT_EQ(balance(), 10'000 - answer->final_cost);
}

TEST_F(ChatTest, needs_credit_where_credit_is_enforced) {
  enforce_credit();
  auto session = open_session();

  auto answer = ask(session, "When are refunds paid?");

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::quota_exceeded);
  EXPECT_THAT(messages(session), IsEmpty());
}

TEST_F(ChatTest, talks_without_a_knowledge_base_when_there_is_a_model) {
  use_model("Hello to you.");

  auto answer = ask(open_session({}), "Hello");

  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->text, "Hello to you.");
  EXPECT_THAT(answer->sources, IsEmpty());
  EXPECT_THAT(answer->operations, SizeIs(1));
}

TEST_F(ChatTest, says_that_without_model_and_knowledge_base_nothing_can_answer) {
  auto session = open_session(NewSession{});

  auto answer = ask(session, "Hello");

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::invalid);
  ASSERT_THAT(answer.error().details, SizeIs(1));
  EXPECT_EQ(answer.error().details[0].field, "kb_id");
  EXPECT_THAT(messages(session), IsEmpty());
}

TEST_F(ChatTest, keeps_the_conversation_with_its_sources) {
  auto session = open_session();
  ASSERT_TRUE(ask(session, "When are refunds paid?"));
  clock_.advance(std::chrono::seconds(1));
  ASSERT_TRUE(ask(session, "Does the lamp float on water?"));

  auto saved = messages(session);

  ASSERT_THAT(saved, SizeIs(4));
  EXPECT_EQ(saved[0].answer.text, "When are refunds paid?");
  EXPECT_EQ(saved[1].role, "assistant");
  ASSERT_THAT(saved[1].answer.sources, SizeIs(1));
  EXPECT_EQ(saved[1].answer.sources[0].page, 3);
  EXPECT_EQ(saved[1].answer.sources[0].quote,
            "Refunds are paid within 14 days of the return's arrival.");
  EXPECT_TRUE(saved[1].answer.is_extractive);
  EXPECT_EQ(saved[1].answer.final_cost, 600);
  EXPECT_LT(saved[1].created_at, saved[3].created_at);
  auto known = sync_wait(chat_->session(context(), session));
  ASSERT_TRUE(known);
  EXPECT_EQ(known->message_count, 4);
  EXPECT_EQ(known->title, "When are refunds paid?");
}

TEST_F(ChatTest, pages_through_messages) {
  auto session = open_session();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(ask(session, "When are refunds paid?"));

  auto page = sync_wait(chat_->messages(context(), session, {.page = 2, .limit = 4}));

  ASSERT_TRUE(page);
  EXPECT_EQ(page->total, 6);
  EXPECT_THAT(page->items, SizeIs(2));
}

TEST_F(ChatTest, lists_sessions_newest_first_and_by_status) {
  auto first = open_session({.title = "first"});
  clock_.advance(std::chrono::seconds(1));
  auto second = open_session({.title = "second"});
  ASSERT_TRUE(sync_wait(chat_->end_session(context(), first)));

  auto all = sync_wait(chat_->sessions(context(), {}));
  auto active = sync_wait(chat_->sessions(context(), {.status = "active"}));
  auto wrong = sync_wait(chat_->sessions(context(), {.status = "asleep"}));

  ASSERT_TRUE(all);
  ASSERT_THAT(all->items, SizeIs(2));
  EXPECT_EQ(all->items[0].id, second);
  ASSERT_TRUE(active);
  EXPECT_EQ(active->total, 1);
  EXPECT_EQ(active->items[0].title, "second");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::invalid);
}

TEST_F(ChatTest, answers_no_more_after_the_end) {
  auto session = open_session();
  ASSERT_TRUE(sync_wait(chat_->end_session(context(), session)));
  ASSERT_TRUE(sync_wait(chat_->end_session(context(), session)));

  auto answer = ask(session, "Hello?");

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::conflict);
  EXPECT_THAT(messages(session), IsEmpty());
}

TEST_F(ChatTest, shows_a_tenant_nothing_of_another) {
  auto session = open_session();
  ASSERT_TRUE(ask(session, "When are refunds paid?"));
  CallContext other{.tenant = database_.add_tenant("Other")};

  auto found = sync_wait(chat_->session(other, session));
  auto listed = sync_wait(chat_->sessions(other, {}));
  auto read = sync_wait(chat_->messages(other, session, {}));
  auto ended = sync_wait(chat_->end_session(other, session));
  auto answered = sync_wait(chat_->answer(other, {.session = session, .content = "Hello"}));
  auto created = sync_wait(chat_->create_session(other, {.knowledge_base = base_}));

  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::not_found);
  ASSERT_TRUE(listed);
  EXPECT_EQ(listed->total, 0);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::not_found);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, ErrorCode::not_found);
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().code, ErrorCode::not_found);
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().code, ErrorCode::not_found);
}

TEST_F(ChatTest, refuses_hostile_input) {
  auto session = open_session();

  for (const std::string& content :
       {std::string(), std::string(" \n\t"), std::string("\xFF\xFE"), std::string(8001, 'x')}) {
    auto answer = ask(session, content);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::invalid);
  }
  for (const NewSession& bad :
       {NewSession{.title = std::string(201, 't')}, NewSession{.user_name = "\xC0"},
        NewSession{.metadata = "[1]"}, NewSession{.metadata = "{"}}) {
    auto created = sync_wait(chat_->create_session(context(), bad));
    ASSERT_FALSE(created);
    EXPECT_EQ(created.error().code, ErrorCode::invalid);
  }
  for (knowledge::PageRequest page : {knowledge::PageRequest{0, 10}, {1, 0}, {1, 201}})
    EXPECT_FALSE(sync_wait(chat_->messages(context(), session, page)));
  EXPECT_THAT(messages(session), IsEmpty());
}

TEST_F(ChatTest, tells_when_the_knowledge_base_is_gone) {
  auto session = open_session();
  ASSERT_TRUE(sync_wait(shelf_.remove(context(), base_)));

  auto answer = ask(session, "When are refunds paid?");

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace aiva::chat

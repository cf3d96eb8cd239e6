#include <gmock/gmock.h>

#include "capabilities/chat/testing/chat_fixture.h"

namespace aiva::chat {
namespace {

using moderation::Stage;
using moderation::Verdict;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using Kind = Verdict::Kind;

// Blocks texts with "forbidden", flags those with "doubtful".
class WordModeration final : public moderation::Moderation {
 public:
  [[nodiscard]] bool looks_at(Stage stage,
                              const agents::ModerationSettings& settings) const override {
    return settings.uses_provider && (stage == Stage::message || settings.checks_answers);
  }
  Task<Verdict> look_at(CallContext, agents::ModerationSettings settings,
                        moderation::Subject subject) override {
    Verdict verdict{.kind = Kind::passed};
    if (is_down) {
      verdict.is_unchecked = true;
      if (settings.fails_closed) verdict.kind = Kind::blocked;
    }
    for (const auto& text : subject.texts) {
      if (text.contains("doubtful")) verdict.kind = std::max(verdict.kind, Kind::flagged);
      if (text.contains("forbidden")) verdict.kind = Kind::blocked;
    }
    if (!is_down && verdict.kind != Kind::passed) verdict.categories = {"house"};
    verdict.message = settings.message;
    subjects.push_back(std::move(subject));
    co_return verdict;
  }
  std::vector<moderation::Subject> subjects;
  bool is_down = false;
};

class ModeratedChat : public ChatFixture {
 protected:
  ModeratedChat() { agent_settings().moderation.uses_provider = true; }

  void script_moderated(std::vector<ScriptedRound> rounds) {
    chat_.reset();
    model_ = std::make_unique<ScriptedModel>(std::move(rounds));
    auto with = parts();
    with.moderation = &moderation_;
    with.listener = [this](SqlSession&, TenantId, const ChatEvent& event) -> Result<void> {
      told_.emplace_back(event.type);
      return {};
    };
    chat_ = make_chat(with, {});
  }
  TurnListener listener() {
    return [this](TurnEvent event) { return hear(std::move(event)); };
  }
  Task<Result<void>> hear(TurnEvent event) {
    if (event.kind == TurnEvent::Kind::delta) heard_ += event.text;
    if (event.kind == TurnEvent::Kind::moderation) verdicts_.push_back(event.moderation);
    co_return Result<void>();
  }
  std::vector<Message> history(ChatSessionId session) {
    return sync_wait(chat_->messages(context(), session, {}))->items;
  }

  WordModeration moderation_;
  std::vector<std::string> told_;
  std::vector<Moderated> verdicts_;
  std::string heard_;
};

TEST_F(ModeratedChat, keeps_a_blocked_message_from_the_model_now_and_later_and_charges_nothing) {
  script_moderated({{.text = "Within 14 days [1]."}});
  auto session = open_session();

  auto blocked = ask(session, "A forbidden wish", listener());
  auto next = ask(session, "When are refunds paid?");

  ASSERT_TRUE(blocked) << blocked.error().message;
  EXPECT_EQ(blocked->text, "I cannot answer this message.");
  EXPECT_EQ(heard_, blocked->text);
  EXPECT_EQ(blocked->provider, "rule");
  EXPECT_EQ(blocked->finish_reason, "content_filter");
  EXPECT_EQ(blocked->decision.moderation.message, "blocked");
  EXPECT_EQ(blocked->base_cost, 0);
  EXPECT_EQ(blocked->final_cost, 0);
  ASSERT_THAT(verdicts_, SizeIs(1));
  EXPECT_THAT(verdicts_[0].categories, ElementsAre("house"));
  ASSERT_TRUE(next);
  EXPECT_GT(next->base_cost, 0);
  auto requests = model_->requests();
  ASSERT_THAT(requests, SizeIs(1));
  for (const auto& message : requests[0].messages) {
    EXPECT_THAT(message.content, Not(HasSubstr("forbidden")));
    EXPECT_THAT(message.content, Not(HasSubstr("I cannot answer")));
  }
  auto said = history(session);
  ASSERT_THAT(said, SizeIs(4));
  EXPECT_EQ(said[0].moderation, "blocked");
  EXPECT_EQ(said[1].answer.decision.moderation.message, "blocked");
  EXPECT_EQ(said[2].moderation, "passed");
  EXPECT_THAT(told_, ElementsAre("chat.answered", "chat.moderated", "chat.answered"));
}

TEST_F(ModeratedChat, answers_a_flagged_message_and_says_so) {
  script_moderated({{.text = "Within 14 days [1]."}});
  auto session = open_session();

  auto answer = ask(session, "A doubtful refund?", listener());

  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->text, "Within 14 days [1].");
  EXPECT_EQ(answer->decision.moderation.message, "flagged");
  EXPECT_EQ(history(session)[0].moderation, "flagged");
  EXPECT_THAT(verdicts_, SizeIs(1));
}

TEST_F(ModeratedChat, shows_moderators_what_they_have_not_seen_before) {
  agent_settings().moderation.uses_provider = false;
  script_moderated({{.text = "Within 14 days [1]."}});
  auto session = open_session();
  ASSERT_TRUE(ask(session, "When are refunds paid?"));
  agent_settings().moderation.uses_provider = true;

  ASSERT_TRUE(ask(session, "And to whom?"));
  ASSERT_TRUE(ask(session, "And how?"));
  auto completed = complete({.messages = {{.role = ChatRole::user, .content = "forbidden"},
                                          {.role = ChatRole::assistant, .content = "No."},
                                          {.role = ChatRole::user, .content = "Why?"}}});

  ASSERT_THAT(moderation_.subjects, SizeIs(3));
  EXPECT_THAT(moderation_.subjects[0].texts, ElementsAre("When are refunds paid?", "And to whom?"));
  EXPECT_EQ(moderation_.subjects[0].session, session);
  EXPECT_THAT(moderation_.subjects[1].texts, ElementsAre("And how?"));
  ASSERT_TRUE(completed);
  EXPECT_EQ(completed->finish_reason, "content_filter");
  EXPECT_EQ(completed->answer.base_cost, 0);
}

TEST_F(ModeratedChat, shows_no_word_of_an_answer_before_it_was_looked_at) {
  auto& settings = agent_settings().moderation;
  settings.checks_answers = true;
  settings.message = "Let us talk about something else.";
  script_moderated({{.text = "A forbidden word [1]."}, {.text = "Within 14 days [1]."}});

  auto blocked = ask("When are refunds paid?", listener());
  auto heard = std::exchange(heard_, {});
  auto shown = ask("When are refunds paid?", listener());

  ASSERT_TRUE(blocked);
  EXPECT_EQ(blocked->text, settings.message);
  EXPECT_EQ(heard, settings.message);
  EXPECT_EQ(blocked->decision.moderation.answer, "blocked");
  EXPECT_THAT(blocked->sources, IsEmpty());
  EXPECT_EQ(blocked->base_cost, 500);  // what was done for it was done
  ASSERT_TRUE(shown);
  EXPECT_EQ(heard_, "Within 14 days [1].");
  EXPECT_THAT(shown->sources, SizeIs(1));
}

// Of a call that a flow led before.
class ModeratedBesideChat : public ModeratedChat {
 protected:
  std::optional<Answer> ask_with(std::string question, std::vector<SaidBeside> said) {
    Turn turn{.session = session_, .content = std::move(question), .said = std::move(said)};
    auto answering = chat_->answer(context(), std::move(turn));
    auto answer = sync_wait(std::move(answering));
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? std::optional(*answer) : std::nullopt;
  }
  std::string shown_to_model(std::size_t request) {
    std::string all;
    for (const auto& message : model_->requests().at(request).messages)
      all += message.content + "\n";
    return all;
  }
  void begin(std::vector<ScriptedRound> rounds) {
    script_moderated(std::move(rounds));
    session_ = open_session();
  }

  ChatSessionId session_{};
};

TEST_F(ModeratedBesideChat, looks_at_what_was_said_to_a_flow_apart_from_the_question_and_once) {
  begin({{.text = "Within 14 days [1]."}, {.text = "To you."}});
  std::vector<SaidBeside> said{{.role = ChatRole::assistant, .text = "A forbidden lamp?"},
                               {.role = ChatRole::user, .text = "A doubtful one."}};

  auto first = ask_with("When are refunds paid?", said);
  ASSERT_TRUE(first);
  ASSERT_THAT(first->said_moderation, ElementsAre("", "flagged"));
  said[1].moderation = first->said_moderation[1];
  for (auto& one : said) one.questions_since = 1;
  auto second = ask_with("And to whom?", said);

  ASSERT_TRUE(second);
  EXPECT_EQ(first->decision.moderation.message, "passed");
  EXPECT_EQ(second->decision.moderation.message, "passed");
  ASSERT_THAT(moderation_.subjects, SizeIs(3));
  EXPECT_THAT(moderation_.subjects[0].texts, ElementsAre("When are refunds paid?"));
  EXPECT_THAT(moderation_.subjects[1].texts, ElementsAre("A doubtful one."));
  EXPECT_THAT(moderation_.subjects[2].texts, ElementsAre("And to whom?"));
  EXPECT_THAT(shown_to_model(1), HasSubstr("A forbidden lamp?"));
  EXPECT_THAT(shown_to_model(1), HasSubstr("A doubtful one."));
  EXPECT_EQ(history(session_)[0].moderation, "passed");
}

TEST_F(ModeratedBesideChat, keeps_blocked_words_to_a_flow_from_the_model_and_answers_all_the_same) {
  begin({{.text = "Within 14 days [1]."}});

  auto answer =
      ask_with("When are refunds paid?", {{.role = ChatRole::assistant, .text = "Which lamp?"},
                                          {.role = ChatRole::user, .text = "The forbidden one."}});

  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->text, "Within 14 days [1].");
  EXPECT_EQ(answer->decision.moderation.message, "passed");
  EXPECT_THAT(answer->said_moderation, ElementsAre("", "blocked"));
  EXPECT_THAT(shown_to_model(0), HasSubstr("Which lamp?"));
  EXPECT_THAT(shown_to_model(0), Not(HasSubstr("forbidden")));
}

TEST_F(ModeratedBesideChat, does_not_take_words_to_a_flow_for_a_question_about_a_blocked_topic) {
  agent_settings().blocked_topics = {"politics"};
  begin({{.text = "Within 14 days [1]."}});

  auto answer = ask_with("When are refunds paid?",
                         {{.role = ChatRole::user, .text = "The politics department."}});

  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->text, "Within 14 days [1].");
  EXPECT_TRUE(answer->decision.blocked_topic.empty());
}

TEST_F(ModeratedChat, asks_again_about_what_nobody_could_look_at) {
  script_moderated({{.text = "Within 14 days [1]."}});
  auto session = open_session();
  moderation_.is_down = true;
  auto open = ask(session, "When are refunds paid?", listener());
  agent_settings().moderation.fails_closed = true;
  auto closed = ask(session, "And to whom?");
  moderation_.is_down = false;

  auto later = ask(session, "And how?");

  ASSERT_TRUE(open);
  EXPECT_TRUE(open->decision.moderation.is_unchecked);
  EXPECT_EQ(open->text, "Within 14 days [1].");
  EXPECT_THAT(verdicts_, SizeIs(1));
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->decision.moderation.message, "blocked");
  ASSERT_TRUE(later);
  EXPECT_THAT(moderation_.subjects.back().texts, ElementsAre("When are refunds paid?", "And how?"));
}

}  // namespace
}  // namespace aiva::chat

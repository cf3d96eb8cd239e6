#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/chat/chat.h"
#include "capabilities/chat/testing/fixed_agents.h"
#include "capabilities/chat/testing/scripted_model.h"
#include "capabilities/search/testing/shelf.h"
#include "foundation/thread_pool.h"

namespace aiva::chat {

// Chats over a shelf of two documents with an agent, its functions and a scripted model.
class ChatFixture : public testing::Test {
 protected:
  ChatFixture() {
    shelf_.add(base_, {"Returns are free. Refunds are paid within 14 days of the return's arrival.",
                       3, "Returns > Refunds"});
    shelf_.add(other_base_, {"The lamp floats on water. It is charged over night.", 7, "The lamp"});
    agents_.agent.settings.knowledge_bases = {base_};
  }

  CallContext context() { return {.tenant = tenant_, .home = &home_}; }
  agents::AgentSettings& agent_settings() { return agents_.agent.settings; }

  void script(std::vector<ScriptedRound> rounds) {
    chat_.reset();
    model_ = std::make_unique<ScriptedModel>(std::move(rounds));
    chat_ = make();
  }

  ChatParts parts() {
    return {.database = *database_,
            .knowledge = shelf_,
            .search = *search_,
            .embedder = embedder_,
            .model = model_.get(),
            .billing = *billing_,
            .clock = clock_,
            .metrics = metrics_,
            .agents = &agents_,
            .functions = &tools_,
            .pause = pause_,
            .find_images = find_images_};
  }

  std::unique_ptr<Chat> make(ChatSettings settings = {}) {
    return make_chat(parts(), std::move(settings));
  }

  ChatSessionId open_session() {
    auto created = sync_wait(chat_->create_session(context(), {.agent = agents_.agent.id}));
    EXPECT_TRUE(created);
    return created ? created->id : ChatSessionId{};
  }

  Result<Answer> ask(ChatSessionId session, std::string content, TurnListener listener = {}) {
    return sync_wait(chat_->answer(
        context(),
        {.session = session, .content = std::move(content), .listener = std::move(listener)}));
  }
  Result<Answer> ask(std::string content, TurnListener listener = {}) {
    return ask(open_session(), std::move(content), std::move(listener));
  }

  Result<CompletionAnswer> complete(CompletionRequest request) {
    if (request.agent.empty()) request.agent = "guide";
    return sync_wait(chat_->completions().complete(context(), std::move(request)));
  }

  ThreadPool home_{{.name = "home", .threads = 4}};
  TestDatabase database_;
  ManualClock clock_;
  Metrics metrics_;
  FakeTextEmbedder embedder_;
  PlainPassageIndex index_;
  search::ShelfKnowledge shelf_{embedder_, index_};
  TenantId tenant_ = database_.add_tenant();
  KnowledgeBaseId base_ = shelf_.add_base(tenant_);
  KnowledgeBaseId other_base_ = shelf_.add_base(tenant_);
  Pause pause_{};  // empty: nothing waits
  FindImages find_images_{};
  FixedAgents agents_{tenant_};
  FixedTools tools_;
  std::unique_ptr<billing::Billing> billing_ = billing::make_billing(*database_, clock_, {});
  std::unique_ptr<search::Search> search_ =
      search::make_search({.database = *database_,
                           .knowledge = shelf_,
                           .catalog = shelf_.catalog(),
                           .embedder = embedder_,
                           .index = index_,
                           .billing = *billing_,
                           .clock = clock_,
                           .metrics = metrics_},
                          {.cache_time = std::chrono::seconds(0)});
  std::unique_ptr<ScriptedModel> model_;
  std::unique_ptr<Chat> chat_ = make();
};

}  // namespace aiva::chat

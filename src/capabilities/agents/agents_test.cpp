#include "capabilities/agents/agents.h"

#include <gtest/gtest.h>

#include "capabilities/agents/testing/agents_fixture.h"

namespace aiva::agents {
namespace {

using AgentsOf = AgentsFixture;

TEST_F(AgentsOf, shows_what_was_created_with_a_slug_of_its_name) {
  auto base = make_base();
  AgentFields fields{.name = "  Front Desk (EU) ", .type = "support"};
  fields.settings = object(R"({"instructions":"Be kind.","temperature":0.1,"max_tokens":300,
      "language":"pt-BR","kb_id":")" +
                           base->id.to_string() + R"(","must_cite":true,
      "conversation_strategy":{"steps":["greet"]},"vad_threshold":0.7,"deepgram_model":"nova-3"})");

  auto made = create(fields);

  ASSERT_TRUE(made.has_value()) << made.error().message;
  auto agent = sync_wait(agents_->get(context(), made->id));
  ASSERT_TRUE(agent.has_value());
  EXPECT_EQ(agent->name, "Front Desk (EU)");
  EXPECT_EQ(agent->slug, "front-desk-eu");
  EXPECT_EQ(agent->type, "support");
  EXPECT_TRUE(agent->is_active);
  EXPECT_EQ(agent->draft_version, 1);
  EXPECT_EQ(agent->published_version, 0);
  EXPECT_EQ(agent->settings.instructions, "Be kind.");
  EXPECT_DOUBLE_EQ(agent->settings.temperature, 0.1);
  EXPECT_EQ(agent->settings.tokens_max, 300);
  EXPECT_EQ(agent->settings.language, "pt-BR");
  EXPECT_EQ(agent->settings.knowledge_bases, std::vector{base->id});
  EXPECT_TRUE(agent->settings.must_cite);
  EXPECT_EQ(agent->settings.conversation, R"({"steps":["greet"]})");
  EXPECT_DOUBLE_EQ(agent->settings.speech.vad_threshold, 0.7);
  EXPECT_EQ(agent->settings.speech.deepgram_model, "nova-3");
}

TEST_F(AgentsOf, names_every_wrong_field) {
  AgentFields fields{.name = " ", .slug = "Front Desk", .type = std::string(65, 'x')};
  fields.widget = object(R"({"allowed_origins":["example.com"],"accent_color":"red"})");
  fields.settings = object(R"({"temperature":2.5,"max_tokens":0,"language":"english please",
      "model":"a b","kb_ids":["x"],"search_mode":"never ever","conversation_strategy":[],
      "blocked_topics":[""],"vad_threshold":2,"silence_duration_ms":1,"chat_tts_provider":"me"})");

  auto made = create(fields);

  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().code, ErrorCode::invalid);
  EXPECT_EQ(fields_of(made.error()),
            (std::vector<std::string>{"name", "type", "slug", "widget_config.accent_color",
                                      "widget_config.allowed_origins", "model", "temperature",
                                      "max_tokens", "language", "kb_ids", "search_mode",
                                      "conversation_strategy", "blocked_topics", "vad_threshold",
                                      "silence_duration_ms", "chat_tts_provider"}));
}

TEST_F(AgentsOf, takes_knowledge_bases_of_the_tenant_only) {
  auto foreign = sync_wait(knowledge_->create(stranger(), {.name = "Foreign"})).value();

  AgentFields fields{.name = "Spy"};
  fields.settings["kb_id"] = foreign->id.to_string();
  auto made = create(fields);

  EXPECT_EQ(failure_of(made), ErrorCode::invalid);
  EXPECT_EQ(fields_of(made.error()), std::vector<std::string>{"kb_ids"});
}

TEST_F(AgentsOf, have_slugs_that_are_unique_in_the_installation) {
  auto first = create({.name = "Support"}).value();
  auto second = create({.name = "Support"}).value();
  auto foreign = sync_wait(agents_->create(stranger(), caller(), {.name = "Support"})).value();
  auto nameless = create({.name = "客服"}).value();

  EXPECT_EQ(first.slug, "support");
  EXPECT_EQ(second.slug, "support-2");
  EXPECT_EQ(foreign.slug, "support-3");
  EXPECT_TRUE(nameless.slug.starts_with("agent-")) << nameless.slug;
  EXPECT_EQ(failure_of(update(second.id, {.slug = "support"})), ErrorCode::conflict);
  EXPECT_EQ(failure_of(create({.name = "x", .slug = "support-3"})), ErrorCode::conflict);
  EXPECT_EQ(failure_of(create({.name = "x", .slug = first.id.to_string()})), ErrorCode::invalid);
  EXPECT_EQ(update(second.id, {.slug = "help"})->slug, "help");
}

TEST_F(AgentsOf, are_listed_newest_first_by_type_switch_and_words) {
  create({.name = "Old", .type = "sales"}).value();
  clock_.advance(std::chrono::seconds(1));
  create({.name = "Sleepy", .type = "sales", .is_active = false}).value();
  clock_.advance(std::chrono::seconds(1));
  create({.name = "New 100%", .type = "support"}).value();
  sync_wait(agents_->create(stranger(), caller(), {.name = "Foreign", .type = "sales"})).value();
  auto names = [this](Agents::ListFilter filter) {
    std::vector<std::string> found;
    for (const auto& agent : sync_wait(agents_->list(context(), std::move(filter)))->items)
      found.push_back(agent.name);
    return found;
  };

  EXPECT_EQ(names({}), (std::vector<std::string>{"New 100%", "Sleepy", "Old"}));
  EXPECT_EQ(names({.type = "sales"}), (std::vector<std::string>{"Sleepy", "Old"}));
  EXPECT_EQ(names({.type = "sales", .is_active = true}), std::vector<std::string>{"Old"});
  EXPECT_EQ(names({.search = "LD"}), std::vector<std::string>{"Old"});
  EXPECT_EQ(names({.search = "0%"}), std::vector<std::string>{"New 100%"});
  EXPECT_EQ(names({.search = "_"}), std::vector<std::string>{});
  EXPECT_EQ(names({.page = {.page = 2, .limit = 2}}), std::vector<std::string>{"Old"});
  EXPECT_EQ(failure_of(sync_wait(agents_->list(context(), {.page = {.limit = 201}}))),
            ErrorCode::invalid);
}

TEST_F(AgentsOf, keep_what_was_published_while_a_draft_changes) {
  auto agent = published("one");

  auto changed = update(agent.id, instructions("two"));
  auto again = update(agent.id, instructions("three"));

  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(changed->draft_version, 2);
  EXPECT_EQ(again->draft_version, 2);  // the draft, nobody used it yet
  EXPECT_EQ(again->published_version, 1);
  EXPECT_EQ(find(agent.slug).value()->settings.instructions, "one");
  EXPECT_EQ(publish(agent.id)->published_version, 2);
  EXPECT_EQ(find(agent.slug).value()->settings.instructions, "three");
  EXPECT_EQ(update(agent.id, instructions("four"))->draft_version, 3);
  EXPECT_EQ(update(agent.id, instructions("four"))->draft_version, 3);  // nothing is different
}

TEST_F(AgentsOf, take_a_change_only_from_the_version_it_names) {
  auto agent = published("one");
  AgentFields first = instructions("two");
  first.draft_version = 1;
  AgentFields late = instructions("late");
  late.draft_version = 1;

  EXPECT_TRUE(update(agent.id, first).has_value());
  EXPECT_EQ(failure_of(update(agent.id, late)), ErrorCode::conflict);
}

TEST_F(AgentsOf, go_back_to_what_was_published_before) {
  auto agent = published("one");
  EXPECT_EQ(failure_of(rollback(agent.id)), ErrorCode::conflict);
  clock_.advance(std::chrono::seconds(1));
  update(agent.id, instructions("two")).value();
  publish(agent.id).value();
  update(agent.id, instructions("three")).value();

  auto back = rollback(agent.id);

  ASSERT_TRUE(back.has_value()) << back.error().message;
  EXPECT_EQ(back->published_version, 1);
  EXPECT_EQ(back->draft_version, 3);
  EXPECT_EQ(back->settings.instructions, "three");
  EXPECT_EQ(find(agent.id.to_string()).value()->settings.instructions, "one");
  EXPECT_EQ(publish(agent.id, 2)->published_version, 2);
  EXPECT_EQ(failure_of(publish(agent.id, 9)), ErrorCode::not_found);
}

TEST_F(AgentsOf, tell_what_differs_between_versions) {
  auto agent = published("one");
  AgentFields fields = instructions("two");
  fields.settings["temperature"] = 1;
  update(agent.id, fields).value();

  auto versions = sync_wait(agents_->versions(context(), agent.id, {})).value();
  auto differences = sync_wait(agents_->differences(context(), agent.id, 1, 2)).value();

  ASSERT_EQ(versions.items.size(), 2U);
  EXPECT_EQ(versions.items[0].version, 2);
  EXPECT_FALSE(versions.items[0].is_published);
  EXPECT_FALSE(versions.items[0].published_at.has_value());
  EXPECT_TRUE(versions.items[1].is_published);
  ASSERT_EQ(differences.size(), 2U);
  EXPECT_EQ(differences[0].field, "instructions");
  EXPECT_EQ(differences[0].before, R"("one")");
  EXPECT_EQ(differences[0].after, R"("two")");
  EXPECT_EQ(differences[1].field, "temperature");
}

TEST_F(AgentsOf, forget_the_oldest_versions_but_never_the_published_one) {
  agents_settings_.versions_kept = 3;
  agents_ = make_agents(parts(), agents_settings_);
  auto agent = published("1");
  for (int i = 2; i <= 6; ++i) {
    update(agent.id, instructions(std::to_string(i))).value();
    publish(agent.id).value();
  }
  publish(agent.id, 4).value();
  for (int i = 7; i <= 9; ++i) {
    auto fields = instructions(std::to_string(i));
    update(agent.id, fields).value();
    publish(agent.id).value();
    publish(agent.id, 4).value();
  }

  std::vector<std::int64_t> kept;
  for (const auto& version : sync_wait(agents_->versions(context(), agent.id, {}))->items)
    kept.push_back(version.version);

  EXPECT_EQ(kept, (std::vector<std::int64_t>{9, 8, 7, 4}));
}

TEST_F(AgentsOf, are_not_published_with_a_knowledge_base_that_is_gone) {
  auto base = make_base();
  AgentFields fields{.name = "A"};
  fields.settings["kb_ids"] = json::Array{base->id.to_string()};
  auto agent = create(fields).value();
  ASSERT_TRUE(sync_wait(knowledge_->remove(context(), base->id)).has_value());

  EXPECT_EQ(failure_of(publish(agent.id)), ErrorCode::invalid);
}

TEST_F(AgentsOf, leave_out_knowledge_bases_that_were_deleted_wherever_they_are_read) {
  auto kept = make_base("Kept")->id;
  auto gone = make_base("Gone")->id;
  AgentFields fields{.name = "A", .is_published = true};
  fields.settings["kb_ids"] = json::Array{gone.to_string(), kept.to_string()};
  auto agent = create(fields).value();
  ASSERT_TRUE(sync_wait(knowledge_->remove(context(), gone)).has_value());
  std::vector<KnowledgeBaseId> left{kept};

  auto read = sync_wait(agents_->get(context(), agent.id));
  auto listed = sync_wait(agents_->list(context(), {}));
  auto version = sync_wait(agents_->version(context(), agent.id, 1));
  auto versions = sync_wait(agents_->versions(context(), agent.id, {}));
  AgentFields change;
  change.settings["greeting"] = "Hello";
  auto changed = sync_wait(agents_->update(context(), caller(), agent.id, change));
  auto published = publish(agent.id);

  EXPECT_EQ(read->settings.knowledge_bases, left);
  EXPECT_EQ(listed->items.at(0).settings.knowledge_bases, left);
  EXPECT_EQ(version->settings.knowledge_bases, left);
  EXPECT_EQ(versions->items.at(0).settings.knowledge_bases, left);
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->settings.knowledge_bases, left);
  ASSERT_TRUE(published);
  EXPECT_EQ(find(agent.slug).value()->settings.knowledge_bases, left);
}

TEST_F(AgentsOf, are_hidden_from_other_tenants_in_every_operation) {
  auto agent = published("secret");
  auto id = agent.id;
  auto other = stranger();

  EXPECT_EQ(failure_of(sync_wait(agents_->get(other, id))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(agents_->update(other, caller(), id, {.name = "x"}))),
            ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(agents_->remove(other, caller(), id))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(agents_->trial(other, id, {}))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(agents_->versions(other, id, {}))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(agents_->version(other, id, 1))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(agents_->differences(other, id, 1, 1))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(agents_->publish(other, caller(), id, {}))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(agents_->rollback(other, caller(), id))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(agents_->active().draft(other, id))), ErrorCode::not_found);
  ASSERT_TRUE(find(agent.slug).has_value());  // now it is kept
  EXPECT_EQ(failure_of(sync_wait(agents_->active().find(other, agent.slug))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(agents_->active().find(other, id.to_string()))),
            ErrorCode::not_found);
  EXPECT_EQ(sync_wait(agents_->list(other, {}))->total, 0);
  EXPECT_EQ(sync_wait(agents_->get(context(), id))->settings.instructions, "secret");
}

TEST_F(AgentsOf, are_tried_with_changes_that_nobody_keeps) {
  auto agent = published("one");
  auto fields = instructions("two");
  fields.widget = object(R"({"title":"Hi"})");

  auto tried = sync_wait(agents_->trial(context(), agent.id, fields));
  AgentFields wrong;
  wrong.settings["temperature"] = 9;
  wrong.slug = "-";
  auto refused = sync_wait(agents_->trial(context(), agent.id, wrong));

  ASSERT_TRUE(tried);
  EXPECT_EQ((*tried)->settings.instructions, "two");
  EXPECT_EQ((*tried)->widget.title, "Hi");
  EXPECT_EQ((*tried)->version, 1);
  EXPECT_EQ(find(agent.slug).value()->settings.instructions, "one");
  EXPECT_EQ(sync_wait(agents_->get(context(), agent.id))->settings.instructions, "one");
  ASSERT_FALSE(refused);
  EXPECT_EQ(fields_of(refused.error()), (std::vector<std::string>{"slug", "temperature"}));
}

TEST_F(AgentsOf, go_with_their_versions_and_what_hangs_on_them) {
  AgentId removed;
  auto with_removal = parts();
  with_removal.removals.push_back([&removed](SqlSession&, TenantId, AgentId id) -> Result<void> {
    removed = id;
    return {};
  });
  agents_ = make_agents(with_removal, agents_settings_);
  auto agent = published("one");
  ASSERT_TRUE(find(agent.slug).has_value());

  ASSERT_TRUE(sync_wait(agents_->remove(context(), caller(), agent.id)).has_value());

  EXPECT_EQ(removed, agent.id);
  EXPECT_EQ(failure_of(find(agent.slug)), ErrorCode::not_found);
  EXPECT_EQ(number("SELECT COUNT(*) FROM agent_versions"), 0);
  EXPECT_EQ(failure_of(sync_wait(agents_->remove(context(), caller(), agent.id))),
            ErrorCode::not_found);
}

TEST_F(AgentsOf, write_into_the_audit_log_who_did_what) {
  auto agent = published("one");
  update(agent.id, instructions("two")).value();
  publish(agent.id).value();
  rollback(agent.id).value();
  ASSERT_TRUE(sync_wait(agents_->remove(context(), caller(), agent.id)).has_value());

  auto log = sync_wait(identity_->audit_log().list({}, caller(), {.action = "agent."})).value();

  std::vector<std::string> actions;
  for (const auto& entry : log.items) actions.insert(actions.begin(), entry.action);
  EXPECT_EQ(actions,
            (std::vector<std::string>{"agent.created", "agent.published", "agent.updated",
                                      "agent.published", "agent.rolled_back", "agent.deleted"}));
  EXPECT_EQ(log.items.back().resource_id, agent.id.to_string());
  EXPECT_EQ(log.items.back().tenant, tenant_);
  EXPECT_TRUE(log.items[3].details.contains("instructions"));
  EXPECT_FALSE(log.items[3].details.contains("two"));
}

TEST_F(AgentsOf, are_at_most_so_many_a_tenant) {
  agents_settings_.agents_per_tenant_max = 1;
  agents_ = make_agents(parts(), agents_settings_);

  EXPECT_TRUE(create({.name = "One"}).has_value());
  EXPECT_EQ(failure_of(create({.name = "Two"})), ErrorCode::too_large);
}

}  // namespace
}  // namespace aiva::agents

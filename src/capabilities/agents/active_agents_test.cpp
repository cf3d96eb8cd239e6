#include "capabilities/agents/active_agents.h"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>
#include <thread>
#include <utility>

#include "adapters/memory/memory_signals.h"
#include "capabilities/agents/internal/shared_agent.h"
#include "capabilities/agents/testing/agents_fixture.h"
#include "ports/testing/map_cache.h"

namespace aiva::agents {
namespace {

// Throws once.
class BrokenCache final : public Cache {
 public:
  Task<Result<std::optional<std::string>>> get(CallContext, std::string) override {
    if (std::exchange(is_broken_, false)) throw std::runtime_error("broken");
    co_return std::nullopt;
  }
  Task<Result<void>> put(CallContext, std::string, std::string,
                         std::chrono::milliseconds) override {
    co_return Result<void>();
  }
  Task<Result<void>> erase(CallContext, std::string) override { co_return Result<void>(); }
  Task<Result<WindowCount>> count_in_window(CallContext, std::string, RateWindow) override {
    co_return WindowCount{};
  }

 private:
  bool is_broken_ = true;
};

class ActiveAgentsOf : public AgentsFixture {
 protected:
  // Another process over the same rows.
  std::unique_ptr<Agents> make_other() { return make_agents(parts(), agents_settings_); }
  std::string said(Agents& agents, const std::string& id_or_slug) {
    auto agent = sync_wait(agents.active().find(context(), id_or_slug));
    return agent ? (*agent)->settings.instructions : agent.error().message;
  }
  int reads_of(auto work) {
    int before = counting_.reads;
    work();
    return counting_.reads - before;
  }

  MapCache cache_{clock_};
};

TEST_F(ActiveAgentsOf, are_found_by_id_and_slug_without_a_look_at_the_rows) {
  auto agent = published("one");
  ASSERT_EQ(said(*agents_, agent.slug), "one");

  auto reads = reads_of([&] {
    EXPECT_EQ(said(*agents_, agent.slug), "one");
    EXPECT_EQ(said(*agents_, agent.id.to_string()), "one");
  });

  EXPECT_EQ(reads, 0);
  EXPECT_TRUE(
      metrics_.to_prometheus_text().contains(R"(aiva_agent_lookups_total{found="process"} 2)"));
}

TEST_F(ActiveAgentsOf, are_none_that_are_off_or_were_never_published) {
  auto draft = create({.name = "Draft"}).value();
  auto agent = published("one");
  ASSERT_EQ(said(*agents_, agent.slug), "one");
  update(agent.id, {.is_active = false}).value();

  EXPECT_EQ(failure_of(find(draft.slug)), ErrorCode::conflict);
  EXPECT_EQ(failure_of(find(agent.slug)), ErrorCode::conflict);
  EXPECT_EQ(failure_of(find("nobody")), ErrorCode::not_found);
  EXPECT_EQ(sync_wait(agents_->active().draft(context(), draft.id)).value()->version, 1);
}

TEST_F(ActiveAgentsOf, follow_a_slug_that_changes_hands) {
  auto first = published("first", "Desk");
  auto second = published("second", "Other");
  ASSERT_EQ(said(*agents_, "desk"), "first");

  update(first.id, {.slug = "old-desk"}).value();
  update(second.id, {.slug = "desk"}).value();

  EXPECT_EQ(said(*agents_, "desk"), "second");
  EXPECT_EQ(said(*agents_, "old-desk"), "first");
  EXPECT_EQ(said(*agents_, "other"), "No such agent");
}

TEST_F(ActiveAgentsOf, change_in_other_processes_within_a_second) {
  auto agent = published("one");
  auto other = make_other();
  ASSERT_EQ(said(*other, agent.slug), "one");
  update(agent.id, instructions("two")).value();
  publish(agent.id).value();

  EXPECT_EQ(said(*agents_, agent.slug), "two");
  EXPECT_EQ(said(*other, agent.slug), "one");
  clock_.advance(std::chrono::milliseconds(1000));
  EXPECT_EQ(said(*other, agent.slug), "two");
  clock_.advance(std::chrono::milliseconds(1000));
  EXPECT_EQ(reads_of([&] { EXPECT_EQ(said(*other, agent.slug), "two"); }), 1);  // the clock alone
}

TEST_F(ActiveAgentsOf, are_shared_between_processes_as_long_as_they_are_current) {
  shared_cache_ = &cache_;
  agents_ = make_other();
  auto agent = published("one");
  auto id = agent.id.to_string();
  ASSERT_EQ(said(*agents_, id), "one");
  auto other = make_other();

  EXPECT_EQ(reads_of([&] { EXPECT_EQ(said(*other, id), "one"); }), 1);  // the clock alone
  EXPECT_TRUE(
      metrics_.to_prometheus_text().contains(R"(aiva_agent_lookups_total{found="shared"} 1)"));

  // What the cache holds is older than the rows now: nobody who knows of the change takes it.
  update(agent.id, instructions("two")).value();
  auto stale = sync_wait(cache_.get({}, shared_agent_key(agent.id))).value();
  publish(agent.id).value();
  ASSERT_EQ(said(*agents_, id), "two");
  ASSERT_TRUE(sync_wait(cache_.put({}, shared_agent_key(agent.id), *stale, std::chrono::minutes(5)))
                  .has_value());
  auto third = make_other();
  EXPECT_EQ(said(*third, id), "two");
}

TEST_F(ActiveAgentsOf, are_looked_for_again_after_a_look_that_threw) {
  BrokenCache broken;
  shared_cache_ = &broken;
  agents_ = make_other();
  auto agent = published("one");
  auto id = agent.id.to_string();

  EXPECT_EQ(failure_of(find(id)), ErrorCode::internal);

  EXPECT_EQ(said(*agents_, id), "one");
  agents_.reset();
}

TEST_F(ActiveAgentsOf, change_at_once_in_processes_that_hear_of_it) {
  auto signals = make_memory_signals();
  auto hearing = parts();
  hearing.signals = signals.get();
  agents_ = make_agents(hearing, agents_settings_);
  auto other = make_agents(hearing, agents_settings_);
  auto agent = published("one");
  ASSERT_EQ(said(*other, agent.slug), "one");

  update(agent.id, instructions("two")).value();
  publish(agent.id).value();
  EXPECT_EQ(said(*other, agent.slug), "two");
  update(agent.id, {.is_active = false}).value();

  EXPECT_NE(said(*other, agent.slug), "two");
  other.reset();
  agents_.reset();
}

TEST_F(ActiveAgentsOf, take_nothing_foreign_or_broken_from_the_shared_cache) {
  shared_cache_ = &cache_;
  auto agent = published("one");
  auto foreign =
      sync_wait(agents_->create(stranger(), caller(), {.name = "Foreign", .is_published = true}))
          .value();
  agents_ = make_other();
  ASSERT_TRUE(sync_wait(agents_->active().find(stranger(), foreign.id.to_string())).has_value());
  auto key = shared_agent_key(agent.id);
  auto text = sync_wait(cache_.get({}, shared_agent_key(foreign.id))).value();
  ASSERT_TRUE(text.has_value());

  for (const std::string& bad : {*text, std::string("{}"), std::string("["), std::string()}) {
    ASSERT_TRUE(sync_wait(cache_.put({}, key, bad, std::chrono::minutes(5))).has_value());
    auto other = make_other();
    EXPECT_EQ(said(*other, agent.id.to_string()), "one") << bad;
  }
  EXPECT_EQ(said(*make_other(), foreign.id.to_string()), "No such agent");
}

TEST_F(ActiveAgentsOf, are_read_once_for_all_who_wait) {
  auto agent = published("one");
  ASSERT_EQ(said(*agents_, "nobody"), "No such agent");  // the clock is read by now
  constexpr int callers = 8;

  auto reads = reads_of([&] {
    std::vector<std::jthread> threads;
    for (int i = 0; i < callers; ++i)
      threads.emplace_back([&] { EXPECT_EQ(said(*agents_, agent.slug), "one"); });
  });

  EXPECT_LE(reads, 2);  // a caller that came after the first had ended finds it in memory
}

TEST_F(ActiveAgentsOf, are_public_where_the_page_is_on_and_the_tenant_active) {
  auto agent = published("one");
  auto find_public = [](Agents& agents, const std::string& text) {
    return sync_wait(agents.active().find_public({}, text));
  };
  ASSERT_EQ(said(*agents_, agent.slug), "one");
  EXPECT_EQ(failure_of(find_public(*agents_, agent.slug)), ErrorCode::not_found);

  update(agent.id, {.has_chat_page = true}).value();
  auto found = find_public(*agents_, agent.slug);
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_EQ((*found)->tenant, tenant_);
  EXPECT_TRUE(find_public(*agents_, agent.id.to_string()).has_value());

  update(agent.id, {.is_active = false}).value();
  EXPECT_EQ(failure_of(find_public(*agents_, agent.slug)), ErrorCode::not_found);
  update(agent.id, {.is_active = true}).value();
  auto off = write(*rows_, {}, [this](SqlSession& sql) -> Result<void> {
    TRY_VOID(sql.execute("UPDATE tenants SET is_active = 0 WHERE id = ?", {tenant_}));
    return {};
  });
  ASSERT_TRUE(sync_wait(std::move(off)).has_value());
  EXPECT_EQ(failure_of(find_public(*make_other(), agent.slug)), ErrorCode::not_found);
}

}  // namespace
}  // namespace aiva::agents

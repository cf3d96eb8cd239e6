#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/agents/agents.h"
#include "capabilities/identity/identity.h"
#include "capabilities/knowledge/testing/knowledge_fixture.h"
#include "foundation/json.h"

namespace aiva::agents {

// A database that counts its reads.
class CountingDatabase final : public Database {
 public:
  explicit CountingDatabase(Database& inner) : inner_(inner) {}
  Task<Result<void>> run_read(CallContext context, Body body) override {
    ++reads;
    return inner_.run_read(std::move(context), std::move(body));
  }
  Task<Result<void>> run_write(CallContext context, Body body) override {
    return inner_.run_write(std::move(context), std::move(body));
  }
  std::atomic<int> reads = 0;

 private:
  Database& inner_;
};

// Agents over real rows, with an audit log and knowledge bases beside them.
class AgentsFixture : public knowledge::KnowledgeFixture {
 protected:
  void SetUp() override {
    KnowledgeFixture::SetUp();
    identity_ = identity::make_identity({*rows_, clock_, metrics_},
                                        {.master_key = std::string(32, 'm'), .bcrypt_threads = 1})
                    .value();
    agents_ = make_agents(parts(), agents_settings_);
  }

  AgentsParts parts() {
    return {.database = counting_,
            .knowledge = *knowledge_,
            .audit_log = identity_->audit_log(),
            .clock = clock_,
            .metrics = metrics_,
            .shared_cache = shared_cache_};
  }

  static json::Object object(std::string_view text) { return json::parse(text)->as_object(); }
  static identity::Caller caller() { return identity::operator_caller(); }

  Result<Agent> create(AgentFields fields) {
    return sync_wait(agents_->create(context(), caller(), std::move(fields)));
  }
  Result<Agent> update(AgentId id, AgentFields fields) {
    return sync_wait(agents_->update(context(), caller(), id, std::move(fields)));
  }
  Result<Agent> publish(AgentId id, std::optional<std::int64_t> version = {}) {
    return sync_wait(agents_->publish(context(), caller(), id, version));
  }
  Result<Agent> rollback(AgentId id) {
    return sync_wait(agents_->rollback(context(), caller(), id));
  }
  Result<ActiveAgentPointer> find(const std::string& id_or_slug) {
    return sync_wait(agents_->active().find(context(), id_or_slug));
  }
  // A published agent that says so in its instructions.
  Agent published(const std::string& instructions, const std::string& name = "Front desk") {
    AgentFields fields{.name = name, .is_published = true};
    fields.settings["instructions"] = instructions;
    auto agent = create(std::move(fields));
    if (!agent) ADD_FAILURE() << agent.error().message << " " << agent.error().cause;
    return agent.value_or(Agent{});
  }
  static AgentFields instructions(const std::string& text) {
    AgentFields fields;
    fields.settings["instructions"] = text;
    return fields;
  }

  template <class T>
  static std::optional<ErrorCode> failure_of(const Result<T>& result) {
    return result ? std::nullopt : std::optional(result.error().code);
  }
  static std::vector<std::string> fields_of(const Error& error) {
    std::vector<std::string> fields;
    for (const auto& detail : error.details) fields.push_back(detail.field);
    return fields;
  }

  CountingDatabase counting_{*rows_};
  Cache* shared_cache_ = nullptr;
  AgentsSettings agents_settings_;
  std::unique_ptr<identity::Identity> identity_;
  std::unique_ptr<Agents> agents_;
};

}  // namespace aiva::agents

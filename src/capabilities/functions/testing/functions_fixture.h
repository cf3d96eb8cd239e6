#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "adapters/job_table/job_table.h"
#include "adapters/test_database/test_database.h"
#include "capabilities/functions/functions.h"
#include "capabilities/functions/secrets.h"
#include "foundation/json.h"
#include "ports/testing/fake_tool_servers.h"
#include "ports/testing/manual_clock.h"
#include "ports/testing/scripted_http_client.h"

namespace aiva::functions {

// Keeps the actions that were written down.
class ListedAudit final : public identity::AuditLog {
 public:
  Task<Result<identity::PageOf<identity::AuditEntry>>> list(CallContext, identity::Caller,
                                                            identity::AuditFilter) override {
    co_return identity::PageOf<identity::AuditEntry>{};
  }
  Result<void> append(SqlSession&, const identity::Caller&, identity::AuditEntry entry) override {
    std::lock_guard lock(mutex_);
    entries.push_back(std::move(entry));
    return {};
  }

  std::vector<identity::AuditEntry> entries;

 private:
  std::mutex mutex_;
};

// Functions of one agent over real rows and an API that the test writes. Pauses do not last.
class FunctionsFixture : public ::testing::Test {
 protected:
  void SetUp() override { make(); }

  void make() {
    rules_.pause = [this](CallContext context, std::chrono::milliseconds time) {
      return pause(std::move(context), time);
    };
    functions_ = make_functions(
        {.database = *database_,
         .http = http_,
         .jobs = *jobs_,
         .tool_servers = tool_servers_,
         .audit_log = audit_,
         .clock = clock_,
         .metrics = metrics_,
         .check_agent = [this](CallContext context,
                               AgentId agent) { return check(std::move(context), agent); },
         .master_key = std::string(32, 'm')},
        rules_);
    secrets_ = make_secrets({.database = *database_,
                             .audit_log = audit_,
                             .clock = clock_,
                             .master_key = std::string(32, 'm')});
  }

  Task<Result<void>> check(CallContext context, AgentId agent) {
    if (context.tenant == tenant_ && agent == agent_) co_return Result<void>{};
    co_return fail(ErrorCode::not_found, "No such agent");
  }
  Task<Result<void>> pause(CallContext context, std::chrono::milliseconds time) {
    pauses_.push_back(time);
    co_return context.check();
  }

  [[nodiscard]] CallContext context() const { return {.tenant = tenant_}; }

  // A function that tells the weather of a city.
  static FunctionSettings weather() {
    return {.name = "weather",
            .description = "The weather of a city",
            .parameters = R"({"type":"object","required":["city"],"properties":{
                "city":{"type":"string"},"days":{"type":"integer","maximum":7}}})",
            .api_endpoint = "https://api.example/weather/{city}?days={days}",
            .api_method = "GET"};
  }
  Function create(FunctionSettings settings) {
    auto made = sync_wait(functions_->create(context(), {}, agent_, std::move(settings)));
    if (!made)
      ADD_FAILURE() << made.error().message << " "
                    << (made.error().details.empty() ? ""
                                                     : made.error().details.front().field + " " +
                                                           made.error().details.front().message);
    return made.value_or(Function{});
  }
  // The fields that are wrong.
  std::set<std::string> mistakes(FunctionSettings settings) {
    auto made = sync_wait(functions_->create(context(), {}, agent_, std::move(settings)));
    std::set<std::string> fields;
    if (made) return fields;
    EXPECT_EQ(made.error().code, ErrorCode::invalid);
    for (const auto& detail : made.error().details) fields.insert(detail.field);
    return fields;
  }
  ToolOutcome call(std::string name, std::string arguments) {
    auto outcome = sync_wait(functions_->tools().call(
        context(),
        {.agent = agent_,
         .message = message_,
         .call = {.id = "call_1", .name = std::move(name), .arguments = std::move(arguments)}}));
    if (!outcome) ADD_FAILURE() << outcome.error().message;
    return outcome.value_or(ToolOutcome{});
  }
  void put_secret(std::string name, std::string value) {
    EXPECT_TRUE(
        sync_wait(secrets_->put(context(), {}, std::move(name), std::move(value))).has_value());
  }
  std::vector<FunctionCall> calls(CallFilter filter = {}) {
    auto page = sync_wait(functions_->calls(context(), agent_, std::move(filter)));
    if (!page) ADD_FAILURE() << page.error().message;
    return page.value_or(CallPage{}).items;
  }
  static HttpResponse json_answer(std::string body, int status = 200) {
    return {.status = status,
            .headers = {{"Content-Type", "application/json; charset=utf-8"}},
            .body = std::move(body)};
  }

  TenantId tenant_ = TenantId::make();
  AgentId agent_ = AgentId::make();
  MessageId message_ = MessageId::make();
  ManualClock clock_;
  Metrics metrics_;
  ListedAudit audit_;
  TestDatabase database_;
  std::unique_ptr<JobQueue> jobs_ = make_job_table(*database_, clock_);
  std::vector<std::chrono::milliseconds> pauses_;
  std::function<Result<HttpResponse>(const HttpRequest&)> api_ = [](const HttpRequest&) {
    return json_answer(R"({"ok":true})");
  };
  ScriptedHttpClient http_{[this](const HttpRequest& request) { return api_(request); }};
  FakeToolServers tool_servers_;
  FunctionRules rules_;
  std::unique_ptr<Functions> functions_;
  std::unique_ptr<Secrets> secrets_;
};

}  // namespace aiva::functions

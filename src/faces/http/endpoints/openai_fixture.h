#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "capabilities/chat/completions.h"
#include "faces/http/testing/test_server.h"

namespace aiva::http {

// Answers as a test tells it, and remembers what it was asked.
class PreparedCompletions final : public chat::Completions {
 public:
  Task<Result<chat::CompletionAnswer>> complete(CallContext context,
                                                chat::CompletionRequest request) override {
    tenants.push_back(context.tenant);
    asked.push_back(request);
    if (refusal) co_return fail(*refusal);
    auto listener = request.listener;
    if (listener) {
      if (tells_sources) {
        chat::TurnEvent found{.kind = chat::TurnEvent::Kind::sources, .text = {}};
        found.sources = answer.answer.sources;
        CO_TRY_VOID(co_await listener(std::move(found)));
      }
      for (const auto& delta : deltas) {
        chat::TurnEvent said{.text = delta};
        CO_TRY_VOID(co_await listener(std::move(said)));
      }
    }
    if (failure) co_return fail(*failure);
    co_return answer;
  }

  chat::CompletionAnswer answer{};
  std::vector<std::string> deltas{};
  bool tells_sources = true;
  std::optional<Error> refusal{};  // before anything was said
  std::optional<Error> failure{};  // after the deltas
  std::vector<chat::CompletionRequest> asked{};
  std::vector<TenantId> tenants{};
};

// A prepared answer that cites one document.
inline chat::CompletionAnswer cited_answer() {
  chat::CompletionAnswer out;
  out.answer.message = MessageId::make();
  out.answer.text = "Ten days [1].";
  out.answer.provider = "openai";
  out.answer.model = "gpt-4o-mini";
  out.answer.input_tokens = 30;
  out.answer.output_tokens = 5;
  out.answer.final_cost = 1500;
  chat::Source source{.number = 1, .document = DocumentId::make(), .document_name = "a.pdf"};
  source.quote = "Refunds take ten days.";
  out.answer.sources.push_back(std::move(source));
  return out;
}

// The data of the events of a stream, in order.
inline std::vector<std::string> data_lines(std::string_view stream) {
  std::vector<std::string> out;
  constexpr std::string_view mark = "data: ";
  for (auto at = stream.find(mark); at != std::string_view::npos; at = stream.find(mark, at)) {
    auto end = stream.find('\n', at);
    out.emplace_back(stream.substr(at + mark.size(), end - at - mark.size()));
    at = end;
  }
  return out;
}

// The real server with routes of OpenAI's dialect and one caller, "key".
class OpenAiFixture : public ::testing::Test {
 protected:
  void serve(std::vector<Route> routes, const testing::TestServer::Change& change = {}) {
    server.emplace(std::move(routes), change);
    identity::Principal caller{.tenant = tenant};
    caller.permissions = {identity::Permission::chat, identity::Permission::search};
    server->authenticator.add("key", std::move(caller));
    server->authenticator.add("weak", {.tenant = tenant});
  }
  testing::RawResponse post(std::string target, std::string body, std::string key = "key") {
    return server->send({.method = "POST",
                         .target = std::move(target),
                         .headers = {"Authorization: Bearer " + key},
                         .body = std::move(body)});
  }
  testing::RawResponse get(std::string target) {
    return server->send({.target = std::move(target), .headers = {"Authorization: Bearer key"}});
  }
  static json::Value parsed(std::string_view text) {
    auto value = json::parse(text);
    EXPECT_TRUE(value) << text;
    return value ? std::move(*value) : json::Value(json::Object());
  }
  // The `error` of an answer, which must have exactly OpenAI's members.
  static json::Value error_of(const testing::RawResponse& response) {
    auto body = parsed(response.body);
    const auto* error = body.as_object().if_contains("error");
    EXPECT_NE(error, nullptr) << response.body;
    if (error == nullptr) return json::Object();
    for (auto name : {"message", "type", "param", "code"})
      EXPECT_TRUE(error->as_object().contains(name)) << response.body;
    return *error;
  }

  TenantId tenant = TenantId::make();
  SystemClock clock;
  PreparedCompletions completions;
  std::optional<testing::TestServer> server;
};

}  // namespace aiva::http

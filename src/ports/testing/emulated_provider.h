#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/http_client/http_client.h"
#include "ports/chat_model.h"
#include "ports/http_client.h"
#include "ports/testing/emulator_process.h"

namespace aiva {

// A test that speaks to an emulator of a model provider (tests/emulators), to which it says what
// shall go wrong. Skipped where the emulator cannot run.
class EmulatedProvider : public ::testing::Test {
 protected:
  EmulatedProvider(std::string program, std::string key)
      : program_(std::move(program)), key_(std::move(key)) {}

  void SetUp() override {
    if (!std::filesystem::exists(program_)) GTEST_SKIP() << "run from the repository's root";
    emulator_.emplace(program_, key_);
    if (!emulator_->is_running()) GTEST_SKIP() << "node is not installed";
    http_ = std::move(*make_http_client());
  }

  // The next request meets this fault.
  void cause(const std::string& fault) { control("POST", "/_faults", fault); }
  // Asks the emulator itself; answers its body.
  std::string control(const std::string& method, const std::string& path, const std::string& body) {
    HttpRequest request{.method = method,
                        .url = emulator_->url(path),
                        .body = body,
                        .may_reach_private_addresses = true};
    auto response = sync_wait(http_->send({}, std::move(request)));
    EXPECT_TRUE(response && response->status == 200);
    return response ? response->body : std::string("[]");
  }

  // The answer's text, and behind a "!" what failed; the rest is kept below.
  std::string ask(ChatModel& model, ChatRequest request) {
    calls_.clear();
    reason_.clear();
    error_cause_.clear();
    std::string answer;
    auto stream = sync_wait(model.open({}, std::move(request)));
    if (!stream) return failed(answer, stream.error());
    for (;;) {
      auto delta = sync_wait((*stream)->next({}));
      if (!delta) return failed(answer, delta.error());
      if (!*delta) return answer;
      answer += (*delta)->text;
      for (auto& call : (*delta)->tool_calls) calls_.push_back(std::move(call));
      if (!(*delta)->finish_reason.empty()) reason_ = (*delta)->finish_reason;
      if ((*delta)->usage) usage_ = *(*delta)->usage;
    }
  }

  std::string failed(const std::string& answer, const Error& error) {
    error_cause_ = error.cause;
    return answer + "!" + error.message;
  }

  std::string program_;
  std::string key_;
  std::optional<EmulatorProcess> emulator_;
  std::unique_ptr<HttpClient> http_;
  std::vector<ToolCall> calls_;
  std::string reason_;
  ChatUsage usage_;
  std::string error_cause_;
};

}  // namespace aiva

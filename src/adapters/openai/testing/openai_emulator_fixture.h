#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "adapters/openai/openai.h"
#include "ports/testing/emulated_provider.h"

namespace aiva {

// A server that is the strict emulator of the dialect.
class OpenAiEmulatorFixture : public EmulatedProvider {
 protected:
  OpenAiEmulatorFixture() : EmulatedProvider("tests/emulators/openai.mjs", "sk-test") {}

  void SetUp() override {
    EmulatedProvider::SetUp();
    if (IsSkipped()) return;
    server_ = {.base_url = emulator_->url("/v1"),
               .api_key = key_,
               .default_model = "gpt-4o-mini",
               .backoff_first = std::chrono::milliseconds(1)};
  }

  std::string ask(ChatRequest request) {
    auto model = make_openai_chat_model(server_, *http_);
    return EmulatedProvider::ask(*model, std::move(request));
  }

  OpenAiOptions server_;
};

}  // namespace aiva

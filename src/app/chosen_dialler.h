#pragma once

#include <atomic>
#include <utility>

#include "capabilities/voice/dialler.h"

namespace aiva::app {

// Dials by whatever telephone system there is at the moment; by none at first. Any thread.
class ChosenDialler final : public voice::CallDialler {
 public:
  // Borrowed until another one, or none, is given and nothing rings any more by it.
  void use(voice::CallDialler* dialler) { dialler_ = dialler; }

  [[nodiscard]] bool is_available() const override {
    auto* dialler = dialler_.load();
    return dialler != nullptr && dialler->is_available();
  }
  Task<Result<voice::DialEnd>> dial(CallContext context, voice::OutboundCall call) override {
    auto* dialler = dialler_.load();
    if (dialler == nullptr)
      co_return fail(ErrorCode::unavailable, "There is no telephone system to dial by");
    auto dialling = dialler->dial(std::move(context), std::move(call));
    auto end = co_await std::move(dialling);
    co_return end;
  }

 private:
  std::atomic<voice::CallDialler*> dialler_ = nullptr;
};

}  // namespace aiva::app

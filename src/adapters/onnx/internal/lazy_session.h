#pragma once

#include <filesystem>
#include <memory>
#include <mutex>

#include "adapters/onnx/internal/onnx_session.h"

namespace aiva {

// A model that is opened when it is first needed, once, by whichever thread comes first; the others
// wait. What failed is tried again by the next who asks.
class LazySession {
 public:
  LazySession(std::filesystem::path library, std::filesystem::path model,
              ExecutionProvider provider)
      : library_(std::move(library)), model_(std::move(model)), provider_(provider) {}

  // Blocks while the model is being opened. Lives as long as this.
  Result<const OnnxSession*> get() {
    std::lock_guard lock(mutex_);
    if (!session_) {
      TRY(session_, OnnxSession::open(library_, model_, provider_));
    }
    return session_.get();
  }

 private:
  const std::filesystem::path library_;
  const std::filesystem::path model_;
  const ExecutionProvider provider_;
  std::mutex mutex_;
  std::unique_ptr<OnnxSession> session_;
};

}  // namespace aiva

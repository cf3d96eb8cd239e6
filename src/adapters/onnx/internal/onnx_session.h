#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "foundation/result.h"

namespace aiva {

// One int64 input of a run; borrowed for the call.
struct OnnxInput {
  const char* name = nullptr;
  std::span<const std::int64_t> values;
  std::span<const std::int64_t> shape;
};

// One float output of a run, written into `values`, which has room for `shape`.
struct OnnxOutput {
  const char* name = nullptr;
  std::span<float> values;
  std::span<const std::int64_t> shape;
};

// A model opened in ONNX Runtime, whose shared library is opened with dlopen and stays open until
// the program ends. Each run computes on the calling thread; any number of threads may run at once.
class OnnxSession {
 public:
  // Fails with `unavailable` when the library or the model cannot be loaded.
  static Result<std::unique_ptr<OnnxSession>> open(const std::filesystem::path& library,
                                                   const std::filesystem::path& model);
  ~OnnxSession();
  OnnxSession(const OnnxSession&) = delete;
  OnnxSession& operator=(const OnnxSession&) = delete;

  // Fails with `internal` when ONNX Runtime refuses, for example an input of a wrong shape.
  Result<void> run(std::span<const OnnxInput> inputs, const OnnxOutput& output) const;
  // The model's own metadata under `key`.
  [[nodiscard]] std::optional<std::string> metadata(const char* key) const;
  // The last dimension of the model's first output; nothing when it is not fixed.
  [[nodiscard]] std::optional<std::size_t> output_size() const;

 private:
  struct State;
  explicit OnnxSession(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace aiva

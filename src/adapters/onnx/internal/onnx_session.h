#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "adapters/onnx/execution_provider.h"
#include "foundation/result.h"

struct OrtValue;

namespace aiva {

// Floats that a run made, in memory of ONNX Runtime. Lives at most as long as its session.
class OnnxTensor {
 public:
  struct State;
  explicit OnnxTensor(std::unique_ptr<State> state);
  OnnxTensor(OnnxTensor&&) noexcept;
  OnnxTensor& operator=(OnnxTensor&&) noexcept;
  ~OnnxTensor();

  [[nodiscard]] std::span<const float> floats() const;
  [[nodiscard]] std::span<const std::int64_t> shape() const;

 private:
  friend class OnnxSession;
  std::unique_ptr<State> state_;
};

// One input of a run, borrowed for the call: int64 numbers, or floats where that span points
// anywhere (even at none), or one truth value, or what an earlier run made.
struct OnnxInput {
  const char* name = nullptr;
  std::span<const std::int64_t> values{};
  std::span<const std::int64_t> shape{};
  std::span<const float> floats{};
  const bool* flag = nullptr;
  const OnnxTensor* tensor = nullptr;
};

// One float output of a run, written into `values`, which has room for `shape`.
struct OnnxOutput {
  const char* name = nullptr;
  std::span<float> values;
  std::span<const std::int64_t> shape;
};

// What a model says of one of its inputs or outputs; sizes known at run time only are -1.
struct OnnxPort {
  std::string name;
  bool is_float = false;
  std::vector<std::int64_t> shape;
};

// How a session spends memory. `lean`: what a run took goes back to the system. `fast`: it is kept
// for the next run, and constants are unpacked when the model is opened instead of by every run.
enum class OnnxMemory { lean, fast };

// A model opened in ONNX Runtime, whose shared library is opened with dlopen and stays open until
// the program ends. Each run computes on the calling thread; any number of threads may run at once.
class OnnxSession {
 public:
  // Fails with `unavailable` when the library or the model cannot be loaded, or `provider` is cuda
  // and cannot be had.
  static Result<std::unique_ptr<OnnxSession>> open(
      const std::filesystem::path& library, const std::filesystem::path& model,
      ExecutionProvider provider = ExecutionProvider::cpu, OnnxMemory memory = OnnxMemory::lean);
  ~OnnxSession();
  OnnxSession(const OnnxSession&) = delete;
  OnnxSession& operator=(const OnnxSession&) = delete;

  // Fails with `internal` when ONNX Runtime refuses, for example an input of a wrong shape.
  Result<void> run(std::span<const OnnxInput> inputs, std::span<const OnnxOutput> outputs) const;
  Result<void> run(std::span<const OnnxInput> inputs, const OnnxOutput& output) const {
    return run(inputs, std::span(&output, 1));
  }
  // The same where the shapes of the outputs are not known before: one tensor of floats a name.
  [[nodiscard]] Result<std::vector<OnnxTensor>> run(std::span<const OnnxInput> inputs,
                                                    std::span<const char* const> outputs) const;
  // The model's own metadata under `key`.
  [[nodiscard]] std::optional<std::string> metadata(const char* key) const;
  // The last dimension of the model's first output; nothing when it is not fixed.
  [[nodiscard]] std::optional<std::size_t> output_size() const;
  // What it takes and gives; fails with `internal` when ONNX Runtime does not say.
  [[nodiscard]] Result<std::vector<OnnxPort>> inputs() const;
  [[nodiscard]] Result<std::vector<OnnxPort>> outputs() const;

 private:
  struct State;
  explicit OnnxSession(std::unique_ptr<State> state);
  [[nodiscard]] Result<std::vector<OnnxPort>> ports(bool is_input) const;
  Result<void> run_into(std::span<const OnnxInput> inputs, std::span<const char* const> names,
                        OrtValue** results) const;

  std::unique_ptr<State> state_;
};

}  // namespace aiva

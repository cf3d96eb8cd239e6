#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/json.h"
#include "ports/chat_model.h"

namespace aiva::openai {

// Puts streamed calls together, whose arguments arrive cut at any byte. Servers differ in how they
// tell which call a piece belongs to: by index, by id, by neither, or with one index for all.
class ToolCallPieces {
 public:
  // Reads an element of `delta.tool_calls`; false when there is more than an answer may have.
  bool add(const json::Value& piece);
  [[nodiscard]] bool empty() const { return calls_.empty(); }
  // All calls, each with an id. Where the answer was cut those that are not whole are left out.
  std::vector<ToolCall> finish(bool is_cut);

 private:
  struct Call {
    std::optional<std::int64_t> index{};
    ToolCall call{};
  };
  Call& find_call(const json::Value& piece, std::string_view id, bool has_name);

  std::vector<Call> calls_;
  std::size_t bytes_ = 0;
};

}  // namespace aiva::openai

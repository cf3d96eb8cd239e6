#include "adapters/openai/internal/tool_call_pieces.h"

#include <algorithm>
#include <utility>

#include "foundation/crypto.h"
#include "ports/model_server/chat_limits.h"
#include "ports/model_server/event_json.h"

namespace aiva::openai {

using model_server::find;
using model_server::read_text;

ToolCallPieces::Call& ToolCallPieces::find_call(const json::Value& piece, std::string_view id,
                                                bool has_name) {
  const auto* number = find(piece, "index");
  std::optional<std::int64_t> index;
  if (number != nullptr && number->is_int64()) index = number->get_int64();
  auto found = std::ranges::find_if(calls_.rbegin(), calls_.rend(), [&](const Call& known) {
    bool is_other = !id.empty() && !known.call.id.empty() && known.call.id != id;
    if (is_other) return false;
    return index ? known.index == index : !id.empty() && known.call.id == id;
  });
  if (found != calls_.rend()) return *found;
  bool continues_last = !index && id.empty() && !has_name && !calls_.empty();
  if (continues_last) return calls_.back();
  calls_.push_back({.index = index});
  return calls_.back();
}

bool ToolCallPieces::add(const json::Value& piece) {
  const auto* function = find(piece, "function");
  if (function == nullptr) return true;
  auto id = read_text(piece, "id");
  auto name = read_text(*function, "name");
  auto& call = find_call(piece, id, !name.empty()).call;
  if (call.id.empty()) call.id = id;
  if (call.name.empty()) call.name = name;
  // Some servers send the object itself instead of its text.
  const auto* arguments = find(*function, "arguments");
  if (arguments != nullptr && arguments->is_object())
    call.arguments = json::to_text(*arguments);
  else
    call.arguments += read_text(*function, "arguments");
  bytes_ += read_text(*function, "arguments").size() + id.size() + name.size();
  return calls_.size() <= model_server::tool_calls_max &&
         bytes_ <= model_server::tool_arguments_bytes_max;
}

std::vector<ToolCall> ToolCallPieces::finish(bool is_cut) {
  std::vector<ToolCall> whole;
  for (auto& [index, call] : std::exchange(calls_, {})) {
    if (is_cut && !json::parse(call.arguments)) continue;
    if (call.name.empty()) continue;
    if (call.id.empty()) call.id = "call_" + random_token(12);
    whole.push_back(std::move(call));
  }
  return whole;
}

}  // namespace aiva::openai

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/json.h"
#include "ports/chat_model.h"

namespace aiva::http {

// What a message says: its text parts, a line each, and its pictures.
struct OpenAiContent {
  std::string text{};
  std::vector<ChatImage> images{};
};

// Reads a message's content: a string, an array of parts, or null. Pictures come as data URLs of
// PNG, JPEG, GIF or WebP, or as https URLs; a message may have 16 of them where `may_have_images`.
// Mistakes go to `fields` under `path`.
OpenAiContent read_openai_content(json::Fields& fields, const json::Value& content,
                                  const std::string& path, bool may_have_images);

}  // namespace aiva::http

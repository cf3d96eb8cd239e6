#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "foundation/json.h"
#include "ports/chat_model.h"

namespace aiva::http {

// The id under `name`, if it is there.
template <class IdType>
std::optional<IdType> read_id(json::Fields& fields, std::string_view name) {
  auto text = fields.optional_text(name, {.length_max = 200});
  if (!text) return std::nullopt;
  auto id = IdType::parse(*text);
  if (!id) fields.add_error(name, "must be an id");
  return id;
}

// The pictures of a message: one under `image`, or several under `images`, each a data URL or an
// https URL.
std::vector<ChatImage> read_images(json::Fields& fields);

}  // namespace aiva::http

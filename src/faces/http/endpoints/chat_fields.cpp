#include "faces/http/endpoints/chat_fields.h"

#include <string>
#include <utility>

#include "foundation/crypto.h"

namespace aiva::http {
namespace {

constexpr json::Fields::TextLimits image_limits{.length_max = std::size_t{8} * 1024 * 1024};
constexpr std::size_t images_max = 4;

// A picture as a data URL or an https URL.
std::optional<ChatImage> read_image(std::string_view text) {
  if (text.starts_with("https://")) return ChatImage{.url = std::string(text)};
  constexpr std::string_view scheme = "data:";
  constexpr std::string_view encoding = ";base64,";
  auto comma = text.find(encoding);
  if (!text.starts_with(scheme) || comma == std::string_view::npos) return std::nullopt;
  auto bytes = from_base64(text.substr(comma + encoding.size()));
  if (!bytes || bytes->empty()) return std::nullopt;
  std::string type(text.substr(scheme.size(), comma - scheme.size()));
  return ChatImage{.mime_type = std::move(type), .bytes = *std::move(bytes)};
}

}  // namespace

std::vector<ChatImage> read_images(json::Fields& fields) {
  std::vector<ChatImage> images;
  auto add = [&](std::string_view field, std::string_view text) {
    auto image = read_image(text);
    if (!image) fields.add_error(field, "must be a data URL of a picture or an https URL");
    if (image) images.push_back(*std::move(image));
  };
  if (auto text = fields.optional_text("image", image_limits)) add("image", *text);
  const auto* list = fields.array("images", images_max);
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const auto& entry = (*list)[i];
    add("images", entry.is_string() ? std::string_view(entry.get_string()) : std::string_view());
  }
  return images;
}

}  // namespace aiva::http

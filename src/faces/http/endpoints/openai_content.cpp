#include "faces/http/endpoints/openai_content.h"

#include <algorithm>
#include <array>
#include <optional>

#include "faces/http/endpoints/openai_input.h"
#include "foundation/crypto.h"

namespace aiva::http {
namespace {

constexpr std::size_t parts_max = 256;
constexpr std::size_t images_max = 16;
constexpr std::size_t image_bytes_max = 10 * 1024 * 1024;
constexpr std::size_t url_bytes_max = 2048;
constexpr std::array<std::string_view, 4> picture_types = {"image/png", "image/jpeg", "image/gif",
                                                           "image/webp"};

// Where mistakes of one content are told.
struct Place {
  json::Fields& fields;
  const std::string& path;

  void tell(std::string message) const { fields.add_error(path, std::move(message)); }
};

std::optional<ChatImage> read_data_url(std::string_view url, const Place& place) {
  constexpr std::string_view mark = ";base64,";
  auto rest = url.substr(std::string_view("data:").size());
  auto end = rest.find(mark);
  auto type = rest.substr(0, end);
  if (end == std::string_view::npos ||
      std::ranges::find(picture_types, type) == picture_types.end()) {
    place.tell("an image must be PNG, JPEG, GIF or WebP in base64");
    return std::nullopt;
  }
  auto encoded = rest.substr(end + mark.size());
  if (encoded.size() / 4 * 3 > image_bytes_max) {
    place.tell("an image may have at most 10 MB");
    return std::nullopt;
  }
  auto bytes = from_base64(encoded);
  if (!bytes || bytes->empty()) {
    place.tell("the image's base64 is malformed");
    return std::nullopt;
  }
  return ChatImage{.mime_type = std::string(type), .bytes = std::move(*bytes)};
}

std::optional<ChatImage> read_image(std::string_view url, std::string_view detail,
                                    const Place& place) {
  if (!detail.empty() && detail != "auto" && detail != "low" && detail != "high") {
    place.tell("an image's detail must be low, high or auto");
    return std::nullopt;
  }
  std::optional<ChatImage> image;
  if (url.starts_with("data:")) {
    image = read_data_url(url, place);
  } else if (url.starts_with("https://") && url.size() <= url_bytes_max) {
    image = ChatImage{.url = std::string(url)};
  } else {
    place.tell("an image must be a data URL or an https URL");
  }
  if (image && detail != "auto") image->detail = std::string(detail);
  return image;
}

// The picture of a part, as chat completions (an object) and responses (its URL) write it.
std::optional<ChatImage> read_image_part(const json::Object& part, const Place& place) {
  const auto* link = part.if_contains("image_url");
  if (link != nullptr && link->is_object()) {
    const auto& object = link->get_object();
    return read_image(text_of(object, "url"), text_of(object, "detail"), place);
  }
  return read_image(text_of(part, "image_url"), text_of(part, "detail"), place);
}

void add_text(OpenAiContent& content, std::string_view text) {
  if (!content.text.empty()) content.text += '\n';
  content.text += text;
}

void read_part(OpenAiContent& content, const json::Value& value, const Place& place,
               bool may_have_images) {
  const auto* part = value.if_object();
  if (part == nullptr) return place.tell("a part of the content must be an object");
  auto type = text_of(*part, "type");
  if (type == "text" || type == "input_text" || type == "output_text") {
    const auto* text = part->if_contains("text");
    if (text == nullptr || !text->is_string()) return place.tell("a text part needs its text");
    return add_text(content, text_of(*part, "text"));
  }
  if (type == "refusal") return add_text(content, text_of(*part, "refusal"));
  if (type != "image_url" && type != "input_image")
    return place.tell("parts of type \"" + std::string(type.substr(0, 40)) +
                      "\" are not supported here");
  if (!may_have_images) return place.tell("only a user's message may have images");
  if (content.images.size() >= images_max)
    return place.tell("a message may have at most 16 images");
  if (auto image = read_image_part(*part, place)) content.images.push_back(std::move(*image));
}

}  // namespace

OpenAiContent read_openai_content(json::Fields& fields, const json::Value& content,
                                  const std::string& path, bool may_have_images) {
  OpenAiContent out;
  Place place{fields, path};
  if (content.is_null()) return out;
  if (const auto* text = content.if_string()) {
    out.text.assign(text->data(), text->size());
    return out;
  }
  const auto* parts = content.if_array();
  if (parts == nullptr || parts->size() > parts_max) {
    place.tell("must be a string or an array of at most 256 parts");
    return out;
  }
  for (const auto& part : *parts) read_part(out, part, place, may_have_images);
  return out;
}

}  // namespace aiva::http

#include "capabilities/images/types.h"

namespace aiva::images {
namespace {

std::string_view ending_of(std::string_view media_type) {
  if (media_type == "image/png") return ".png";
  if (media_type == "image/webp") return ".webp";
  if (media_type == "image/gif") return ".gif";
  if (media_type == "image/heic") return ".heic";
  if (media_type == "image/avif") return ".avif";
  return ".jpg";
}

std::string place_of(const Image& image) {
  return "/api/images/" + image.knowledge_base.to_string() + "/" + image.id.to_string();
}

}  // namespace

std::string Image::url() const { return place_of(*this) + std::string(ending_of(media_type)); }

std::string Image::thumbnail_url() const { return place_of(*this) + ".thumbnail.jpg"; }

}  // namespace aiva::images

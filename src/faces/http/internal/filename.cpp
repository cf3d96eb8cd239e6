#include "faces/http/internal/filename.h"

#include "foundation/text/utf8.h"

namespace aiva::http {
namespace {

constexpr std::size_t name_bytes_max = 255;
constexpr std::size_t extension_bytes_max = 16;

std::string shorten(const std::string& name) {
  auto dot = name.rfind('.');
  std::string extension;
  if (dot != std::string::npos && name.size() - dot <= extension_bytes_max)
    extension = name.substr(dot);
  std::string_view stem(name.data(), name.size() - extension.size());
  return std::string(utf8_prefix(stem, name_bytes_max - extension.size())) + extension;
}

}  // namespace

std::string sanitise_filename(std::string_view claimed) {
  if (auto slash = claimed.find_last_of("/\\"); slash != std::string_view::npos)
    claimed.remove_prefix(slash + 1);
  std::string name;
  for (char c : repair_utf8(claimed)) {
    auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) name += c;
  }
  if (name.find_first_not_of(". ") == std::string::npos) return "upload";
  return name.size() > name_bytes_max ? shorten(name) : name;
}

}  // namespace aiva::http

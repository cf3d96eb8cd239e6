#include "documents/archive/part_names.h"

#include <algorithm>
#include <charconv>

namespace aiva::documents {
namespace {

// RFC 3986, section 2.1.
std::string decode_percent(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const char* digits = text.data() + i + 1;
    bool is_code = text[i] == '%' && i + 2 < text.size() &&
                   std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2;
    out += is_code ? static_cast<char>(value) : text[i];
    if (is_code) i += 2;
  }
  return out;
}

void append_folders(std::string& path, std::string_view more) {
  while (!more.empty()) {
    auto end = std::min(more.find('/'), more.size());
    auto folder = more.substr(0, end);
    more.remove_prefix(std::min(end + 1, more.size()));
    if (folder.empty() || folder == ".") continue;
    if (folder == "..") {
      auto slash = path.rfind('/');
      path.resize(slash == std::string::npos ? 0 : slash);
      continue;
    }
    if (!path.empty()) path += '/';
    path += folder;
  }
}

}  // namespace

std::string resolve_part_name(std::string_view base, std::string_view target) {
  target = target.substr(0, target.find('#'));
  std::string path;
  if (!target.starts_with('/')) {
    auto slash = base.rfind('/');
    append_folders(path,
                   slash == std::string_view::npos ? std::string_view() : base.substr(0, slash));
  }
  append_folders(path, decode_percent(target));
  return path;
}

}  // namespace aiva::documents

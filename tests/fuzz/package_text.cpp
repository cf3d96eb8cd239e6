#include "package_text.h"

#include <algorithm>

#include "documents/testing/zip_writer.h"

namespace aiva::fuzz {
namespace {

constexpr std::string_view mark = "=== ";
constexpr std::string_view next_mark = "\n=== ";
constexpr int parts_max = 100;

}  // namespace

std::optional<std::string> pack(std::string_view text) {
  if (!text.starts_with(mark)) return std::nullopt;
  documents::ZipWriter zip;
  for (int parts = 0; text.starts_with(mark) && parts < parts_max; ++parts) {
    text.remove_prefix(mark.size());
    auto name = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(name.size() + 1, text.size()));
    auto end = text.find(next_mark);
    zip.add(name.substr(0, 200), text.substr(0, end), {.is_stored = true});
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return zip.finish();
}

}  // namespace aiva::fuzz

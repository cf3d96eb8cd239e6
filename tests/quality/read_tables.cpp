// Reads documents in this process and prints what stands in their tables, as goldens have it.
//
//   read_tables FILE…
//
// For each file: its name, format, title and pages; then its tables, one after the other.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "documents/testing/read_into_text.h"

namespace {

using namespace aiva;

bool print_tables(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  auto name = file.filename().string();
  auto reading = documents::read_into_text(bytes, name);
  if (reading.error) {
    std::fprintf(stderr, "%s: %s\n", file.c_str(), reading.error->message.c_str());
    return false;
  }
  const auto& summary = reading.summary;
  std::erase_if(reading.blocks, [](const Block& block) { return block.kind != BlockKind::table; });
  std::printf("== %s %s \"%s\" %d/%d\n%s", name.c_str(),
              std::string(to_string(summary.format)).c_str(), summary.title.c_str(),
              summary.pages_read, summary.pages, reading.text().c_str());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  bool is_good = argc > 1;
  for (int i = 1; i < argc; ++i) is_good = print_tables(argv[i]) && is_good;
  return is_good ? 0 : 1;
}

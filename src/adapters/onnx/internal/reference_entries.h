#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "foundation/json.h"

namespace aiva {

// What the original JavaScript implementation made of a text: testdata/reference.json.
struct ReferenceEntry {
  std::string text;
  std::vector<std::int64_t> ids{};  // at most the first 200
  std::size_t token_count = 0;
  std::vector<float> head{};  // the vector's first numbers
};

// Reads that file for a test.
inline std::vector<ReferenceEntry> read_reference_entries(const std::filesystem::path& path) {
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto document = json::parse(text).value();
  std::vector<ReferenceEntry> entries;
  for (const auto& value : document.at("entries").as_array()) {
    ReferenceEntry entry{.text = std::string(value.at("text").as_string()),
                         .token_count = value.at("token_count").to_number<std::size_t>()};
    for (const auto& id : value.at("ids").as_array()) entry.ids.push_back(id.as_int64());
    for (const auto& number : value.at("head").as_array())
      entry.head.push_back(number.to_number<float>());
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace aiva

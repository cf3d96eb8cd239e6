#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "foundation/result.h"

namespace aiva::s3 {

// How a file goes up: whole, or in parts, with the hashes that are sent along.
struct FilePlan {
  struct Part {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::string sha256{};  // hexadecimal
  };
  std::uint64_t size = 0;
  std::string sha256;  // of the whole file
  std::vector<Part> parts;
};

// Reads the file once. Parts have `part_bytes`, more where there would be over 10,000 of them; the
// last one has the rest. Blocking; fails as file_error says.
Result<FilePlan> plan_file(const std::filesystem::path& file, std::uint64_t part_bytes);

}  // namespace aiva::s3

#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"

namespace aiva::convert {

// The weights of a TensorFlow.js graph model: `model.json` names the tensors in order, the shard
// files beside it hold their values end to end.
class TensorArchive {
 public:
  // Fails with `invalid` when a file is missing, truncated or of a kind we do not read.
  static Result<TensorArchive> read(const std::filesystem::path& folder);

  // The values of the float tensor called `name`, which must have `shape` once sizes of 1 in
  // front are left out. Borrowed from this archive.
  [[nodiscard]] Result<std::span<const float>> floats(std::string_view name,
                                                      std::span<const std::int64_t> shape) const;

 private:
  struct Entry {
    std::vector<std::int64_t> shape{};
    std::size_t offset = 0;  // in elements
    std::size_t count = 0;
    bool is_float = false;
  };

  std::map<std::string, Entry, std::less<>> entries_;
  std::vector<float> values_;
};

}  // namespace aiva::convert

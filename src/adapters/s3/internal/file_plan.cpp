#include "adapters/s3/internal/file_plan.h"

#include <algorithm>

#include "adapters/s3/internal/disk_file.h"
#include "foundation/crypto.h"

namespace aiva::s3 {
namespace {

constexpr std::uint64_t parts_max = 10'000;  // S3's own limit
constexpr std::uint64_t read_bytes = 1024 * 1024;

}  // namespace

Result<FilePlan> plan_file(const std::filesystem::path& file, std::uint64_t part_bytes) {
  FilePlan plan;
  TRY(auto in, DiskFile::open(file));
  TRY(plan.size, in.size());
  part_bytes = std::max(part_bytes, (plan.size + parts_max - 1) / parts_max);
  Sha256 whole;
  std::uint64_t offset = 0;
  do {
    FilePlan::Part part{.offset = offset, .size = std::min(part_bytes, plan.size - offset)};
    Sha256 hash;
    for (auto left = part.size; left > 0;) {
      auto wanted = static_cast<std::size_t>(std::min(left, read_bytes));
      TRY(auto bytes, in.read(wanted));
      if (bytes.size() != wanted)
        return fail(internal_error(file.string() + " became shorter while it was read"));
      hash.update(bytes);
      whole.update(bytes);
      left -= wanted;
    }
    part.sha256 = to_hex(hash.finish());
    offset += part.size;
    plan.parts.push_back(std::move(part));
  } while (offset < plan.size);
  plan.sha256 = to_hex(whole.finish());
  return plan;
}

}  // namespace aiva::s3

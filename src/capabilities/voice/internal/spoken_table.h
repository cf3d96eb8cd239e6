#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "capabilities/voice/spoken_cache.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::voice {

// The rows of audio that was made before.
class SpokenTable {
 public:
  explicit SpokenTable(SqlSession& sql) : sql_(sql) {}

  Result<std::optional<SpokenAudio>> find(TenantId tenant, std::string_view hash);
  Result<void> remove(TenantId tenant, std::string_view hash);
  Result<void> insert(TenantId tenant, std::string_view hash, const SpokenAudio& audio);
  // Removes all but so many, those that were not used for longest first.
  Result<void> trim(TenantId tenant, std::int64_t kept);
  Result<std::int64_t> hit(TenantId tenant, SpokenId id, UnixMs now);

 private:
  SqlSession& sql_;
};

}  // namespace aiva::voice

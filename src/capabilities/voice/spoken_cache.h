#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "foundation/call_context.h"
#include "foundation/ids.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"

namespace aiva::voice {

using SpokenId = Id<struct SpokenTag>;

// What is said, and by whom; each at most 100 bytes, the text 1 to 4000.
struct SpokenText {
  std::string provider{};
  std::string voice{};
  std::string language{};
  std::string text{};
};

struct SpokenAudio {
  SpokenId id{};
  std::string content_type{};  // audio/…
  std::string audio{};         // bytes: 1 to 512 kB
  std::int64_t duration_ms = 0;
  std::int64_t hits = 0;
  UnixMs created_at = 0;
};

// Audio of texts that are said often, for bridges that let it be made elsewhere. Only rows of
// `context.tenant` are seen. A tenant keeps 1000; beyond, what was not used for longest goes.
class SpokenCache {
 public:
  virtual ~SpokenCache() = default;
  // Nothing when it was never added, or is gone. Fails with `invalid`.
  virtual Task<Result<std::optional<SpokenAudio>>> find(CallContext context, SpokenText text) = 0;
  // Replaces what is there for the same text and voice. Fails with `invalid`.
  virtual Task<Result<SpokenAudio>> add(CallContext context, SpokenText text,
                                        SpokenAudio audio) = 0;
  // Counts a use; answers the uses so far. Fails with `not_found`.
  virtual Task<Result<std::int64_t>> hit(CallContext context, SpokenId id) = 0;
};

// Both are borrowed.
std::unique_ptr<SpokenCache> make_spoken_cache(Database& database, const Clock& clock);

}  // namespace aiva::voice

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva {

struct ModerationCategory {
  std::string name{};  // "hate", "violence/graphic", …
  double score = 0;    // 0…1; 1 where it is flagged and no score was told
  bool is_flagged = false;
};

// What a moderator finds in texts, taken together: of each category the highest score.
struct ModerationReport {
  bool is_flagged = false;
  std::vector<ModerationCategory> categories{};  // by name
};

// Says whether texts are fit to be read. Any thread.
class Moderator {
 public:
  virtual ~Moderator() = default;
  // Fails with `unavailable` and what the context fails with.
  virtual Task<Result<ModerationReport>> look_at(CallContext context,
                                                 std::vector<std::string> texts) = 0;
};

// Reads {"results": [{"flagged", "categories": {name: bool}, "category_scores": {name: number}}]}
// with one result a text, or, for one text, such a result by itself; both objects may be missing.
// Fails with `unavailable`.
Result<ModerationReport> read_moderation_report(std::string_view text, std::size_t count);

// Adds what was found in more texts.
void add_findings(ModerationReport& report, const ModerationReport& more);

}  // namespace aiva

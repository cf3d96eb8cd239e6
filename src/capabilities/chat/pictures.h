#pragma once

#include <functional>
#include <string>
#include <vector>

#include "capabilities/billing/billing.h"
#include "capabilities/chat/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::chat {

// Which images would fit an answer.
struct ImageWish {
  std::vector<KnowledgeBaseId> bases{};  // at least one; those that have no images cost nothing
  std::string text{};                    // the question
  std::string picture{};                 // bytes of one that came with it; may be empty
};

struct FoundImages {
  std::vector<ShownImage> images{};  // the best first; none that only happens to be the nearest
  billing::MicroUsd base_cost = 0;   // of a picture that was looked at
};

// Looks for images in knowledge bases of `context.tenant`; charges nothing.
using FindImages = std::function<Task<Result<FoundImages>>(CallContext, ImageWish)>;

}  // namespace aiva::chat

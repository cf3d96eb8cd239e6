#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "capabilities/chat/completions.h"
#include "capabilities/chat/types.h"
#include "capabilities/knowledge/types.h"
#include "foundation/result.h"

namespace aiva::chat {

// What conversations accept; each fails with `invalid` and the fields.
Result<void> validate_content(std::string_view content);
Result<void> validate_turn(const Turn& turn);
Result<void> validate_session(const NewSession& session);
Result<void> validate_page(const knowledge::PageRequest& page);
Result<void> validate_status(const std::optional<std::string>& status);
// At most four pictures: PNG, JPEG, WebP or GIF bytes of at most 5 MiB, or an https URL.
Result<void> validate_images(std::span<const ChatImage> images);
Result<void> validate_completion(const CompletionRequest& request);

}  // namespace aiva::chat

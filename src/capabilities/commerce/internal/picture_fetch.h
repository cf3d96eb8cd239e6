#pragma once

#include <optional>
#include <string>

#include "capabilities/commerce/internal/core.h"
#include "capabilities/commerce/internal/pictures_table.h"

namespace aiva::commerce {

inline constexpr int picture_attempts_max = 3;

// A picture that was tried.
struct FetchedPicture {
  PictureOutcome outcome{};
  std::optional<Error> stop{};  // why no other picture can be kept either, for now
};

// Fetches a product's picture and gives it to the images of the knowledge base. Whatever goes wrong
// is its outcome; fails only when the call is over.
Task<Result<FetchedPicture>> fetch_picture(CallContext context, const Core& core,
                                           const Store& store, WaitingPicture picture);

}  // namespace aiva::commerce

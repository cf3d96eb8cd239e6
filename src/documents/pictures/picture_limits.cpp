#include "documents/pictures/picture_limits.h"

#include <string>

#include "foundation/result.h"

namespace aiva::documents {

std::unexpected<Error> refuse_size() {
  return fail(ErrorCode::too_large,
              "The image has more than " + std::to_string(pixels_max / 1'000'000) +
                  " million pixels or is longer than " + std::to_string(side_max) + " pixels");
}

}  // namespace aiva::documents

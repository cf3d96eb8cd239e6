#pragma once

#include <string_view>

#include "documents/pictures/heif_functions.h"
#include "documents/pictures/heif_header.h"
#include "foundation/picture/picture.h"
#include "foundation/result.h"

namespace aiva::documents {

// Decodes the primary picture of a HEIF file on this thread, upright and in the colours of a
// screen, over white where it is transparent. EXIF's orientation does not count in HEIF. `header`
// was read of the same bytes and its sizes were found to be in bounds. Fails with `invalid` or
// `too_large`; memory that is short throws std::bad_alloc.
Result<Picture> decode_heif(const HeifFunctions& functions, std::string_view bytes,
                            const HeifHeader& header);

}  // namespace aiva::documents

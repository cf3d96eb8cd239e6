#pragma once

#include <string_view>

#include "documents/pictures/heif_functions.h"
#include "documents/pictures/heif_header.h"
#include "foundation/picture/picture.h"
#include "foundation/result.h"

namespace aiva::documents {

struct DecodedHeif {
  HeifHeader::Coding coding = HeifHeader::Coding::hevc;
  Picture picture{};
};

// Decodes the primary picture of a HEIF file on this thread, upright and in the colours of a
// screen, over white where it is transparent. EXIF's orientation does not count in HEIF. Fails with
// `too_large` before anything is decoded, or with `invalid`, also where `functions` is null; memory
// that is short throws std::bad_alloc.
Result<DecodedHeif> decode_heif(const HeifFunctions* functions, std::string_view bytes);

}  // namespace aiva::documents

#pragma once

#include "documents/pictures/heif_functions.h"
#include "foundation/result.h"

namespace aiva::documents {

// Has libheif decode HEVC with a decoder of ours around libde265. Its own one starts a thread, and
// where a confined child is refused that, it waits for it for ever. Ours starts none, and refuses a
// stream of more pixels than a picture may have before it decodes it. Call it once a process.
Result<void> register_hevc_decoder(const HeifFunctions& functions);

}  // namespace aiva::documents

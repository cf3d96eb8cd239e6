#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "documents/ocr/ocr_functions.h"
#include "documents/pictures/heif_functions.h"
#include "foundation/picture/picture.h"
#include "foundation/result.h"
#include "ports/document_reader.h"

namespace aiva::documents {

class Recogniser;

// The libraries that decode image files.
struct PictureFunctions {
  OcrFunctions leptonica{};
  std::optional<HeifFunctions> heif{};  // nothing where HEIC is not read
};

// What is in an image file, standing upright.
struct DecodedPicture {
  std::string media_type{};
  int width = 0;  // of the file
  int height = 0;
  Picture whole{};  // all its pixels
};

// Decodes a JPEG, PNG, WebP, GIF (its first frame), HEIC or AVIF (its primary picture). Fails with
// `invalid`, or `too_large` before anything is decoded. The bytes are hostile, so outside tests
// this runs in the worker only.
Result<DecodedPicture> decode_picture(const PictureFunctions& functions, std::string_view bytes);

// The names of the files that deliver_picture makes, in this order.
inline constexpr std::string_view original_file = "original";    // no bytes, but type and size
inline constexpr std::string_view picture_file = "picture";      // red, green and blue bytes
inline constexpr std::string_view thumbnail_file = "thumbnail";  // a JPEG
inline constexpr std::string_view picture_media_type = "image/x-rgb";

// Delivers what ReadRequest::picture_side asks for to the sink, then, where `recogniser` is not
// null and pages are to be recognised, the print as blocks; that print cannot be recognised is no
// failure.
Result<DocumentSummary> deliver_picture(std::string_view bytes, const ReadRequest& request,
                                        const PictureFunctions& functions,
                                        const Recogniser* recogniser, const DocumentSink& sink);

}  // namespace aiva::documents

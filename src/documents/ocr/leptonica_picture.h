#pragma once

#include <string_view>

#include "documents/formats/image_header.h"
#include "documents/ocr/ocr_functions.h"

namespace aiva::documents {

// One of Leptonica's pictures, which counts its owners. `functions` must outlive it.
class LeptonicaPicture {
 public:
  LeptonicaPicture(const OcrFunctions& functions, PIX* pix) : functions_(functions), pix_(pix) {}
  ~LeptonicaPicture() { functions_.pixDestroy(&pix_); }
  LeptonicaPicture(const LeptonicaPicture&) = delete;
  LeptonicaPicture& operator=(const LeptonicaPicture&) = delete;

  // Null where it could not be made.
  [[nodiscard]] PIX* get() const { return pix_; }
  // Takes another one in its place.
  void replace(PIX* pix) {
    functions_.pixDestroy(&pix_);
    pix_ = pix;
  }

 private:
  const OcrFunctions& functions_;
  PIX* pix_;
};

// Decodes an image file, the first page of several. Of a GIF Leptonica is shown the first frame
// alone: it would decode all of them, whatever their sizes, to give out that one. Null where it
// cannot be decoded.
PIX* read_pix(const OcrFunctions& functions, ImageKind kind, std::string_view bytes);

}  // namespace aiva::documents

#pragma once

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

}  // namespace aiva::documents

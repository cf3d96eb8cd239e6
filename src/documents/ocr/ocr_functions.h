#pragma once

#include <leptonica/allheaders.h>
#include <tesseract/capi.h>

#include <string>

#include "foundation/result.h"

namespace aiva::documents {

// What is used of Tesseract's and Leptonica's C interfaces, found at run time: only the process
// that recognises print loads them and the fifty libraries they bring along.
struct OcrFunctions {
#define AIVA_OCR_FUNCTIONS(X)             \
  X(TessBaseAPICreate)                    \
  X(TessBaseAPIDelete)                    \
  X(TessBaseAPIInit2)                     \
  X(TessBaseAPISetVariable)               \
  X(TessBaseAPISetPageSegMode)            \
  X(TessBaseAPISetImage)                  \
  X(TessBaseAPISetSourceResolution)       \
  X(TessBaseAPIRecognize)                 \
  X(TessBaseAPIGetIterator)               \
  X(TessBaseAPIDetectOrientationScript)   \
  X(TessBaseAPIClear)                     \
  X(TessPageIteratorBoundingBox)          \
  X(TessPageIteratorBaseline)             \
  X(TessPageIteratorIsAtBeginningOf)      \
  X(TessPageIteratorOrientation)          \
  X(TessResultIteratorGetPageIterator)    \
  X(TessResultIteratorGetUTF8Text)        \
  X(TessResultIteratorConfidence)         \
  X(TessResultIteratorWordFontAttributes) \
  X(TessResultIteratorNext)               \
  X(TessResultIteratorDelete)             \
  X(TessDeleteText)                       \
  X(TessMonitorCreate)                    \
  X(TessMonitorDelete)                    \
  X(TessMonitorSetDeadlineMSecs)          \
  X(setMsgSeverity)                       \
  X(pixReadMem)                           \
  X(pixReadMemTiff)                       \
  X(pixRemoveAlpha)                       \
  X(pixConvertTo8)                        \
  X(pixConvertTo32)                       \
  X(pixCreate)                            \
  X(pixWriteMemJpeg)                      \
  X(lept_free)                            \
  X(pixGetWidth)                          \
  X(pixGetHeight)                         \
  X(pixGetWpl)                            \
  X(pixGetData)                           \
  X(pixDestroy)
#define AIVA_OCR_MEMBER(name) decltype(&::name) name = nullptr;
  AIVA_OCR_FUNCTIONS(AIVA_OCR_MEMBER)
#undef AIVA_OCR_MEMBER

  // Loads the library (a path or a name the system's loader finds), for ever. `unavailable` when it
  // is missing or lacks a function.
  static Result<OcrFunctions> load(const std::string& library);
};

}  // namespace aiva::documents

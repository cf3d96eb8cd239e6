#include "documents/ocr/ocr_functions.h"

#include <dlfcn.h>

#include <cstdlib>

namespace aiva::documents {

Result<OcrFunctions> OcrFunctions::load(const std::string& library) {
  const char* const message = "Text recognition is not installed: its library cannot be loaded";
  // Threads would be refused to a confined child; read once, when the library is loaded.
  setenv("OMP_THREAD_LIMIT", "1", 1);
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr) return fail(ErrorCode::unavailable, message, dlerror());
  OcrFunctions functions;
  // Leptonica's functions are found too, as Tesseract is linked with it.
#define AIVA_OCR_FIND(name)                                                          \
  functions.name = reinterpret_cast<decltype(functions.name)>(dlsym(handle, #name)); \
  if (functions.name == nullptr)                                                     \
    return fail(ErrorCode::unavailable, message, library + " lacks " #name);
  AIVA_OCR_FUNCTIONS(AIVA_OCR_FIND)
#undef AIVA_OCR_FIND
  return functions;
}

}  // namespace aiva::documents

#include "documents/pictures/heif_functions.h"

#include <dlfcn.h>

#include <string>

#include "documents/pictures/hevc_decoder.h"

namespace aiva::documents {

Result<HeifFunctions> HeifFunctions::load(const char* library) {
  const char* const message = "The library that decodes HEIC images cannot be loaded";
  void* handle = dlopen(library, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr) return fail(ErrorCode::unavailable, message, dlerror());
  HeifFunctions functions;
  // libde265's functions are found too, as libheif is linked with it.
#define AIVA_HEIF_FIND(name)                                                         \
  functions.name = reinterpret_cast<decltype(functions.name)>(dlsym(handle, #name)); \
  if (functions.name == nullptr)                                                     \
    return fail(ErrorCode::unavailable, message, std::string(library) + " lacks " #name);
  AIVA_HEIF_FUNCTIONS(AIVA_HEIF_FIND)
#undef AIVA_HEIF_FIND
  TRY_VOID(register_hevc_decoder(functions));
  return functions;
}

}  // namespace aiva::documents

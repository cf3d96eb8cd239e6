#pragma once

#include <libde265/de265.h>
#include <libheif/heif.h>
#include <libheif/heif_plugin.h>

#include "foundation/result.h"

namespace aiva::documents {

// What is used of the C interfaces of libheif and of libde265, which it decodes HEVC with, found at
// run time: only the process that decodes image files loads them and the coders they bring along.
// Plugins are loaded by heif_init() alone, which is not among these.
struct HeifFunctions {
#define AIVA_HEIF_FUNCTIONS(X)                            \
  X(heif_context_alloc)                                   \
  X(heif_context_free)                                    \
  X(heif_context_set_max_decoding_threads)                \
  X(heif_context_set_maximum_image_size_limit)            \
  X(heif_context_read_from_memory_without_copy)           \
  X(heif_context_get_primary_image_handle)                \
  X(heif_image_handle_release)                            \
  X(heif_decode_image)                                    \
  X(heif_image_create)                                    \
  X(heif_image_add_plane)                                 \
  X(heif_image_get_plane)                                 \
  X(heif_image_get_plane_readonly)                        \
  X(heif_image_get_width)                                 \
  X(heif_image_get_height)                                \
  X(heif_image_get_bits_per_pixel_range)                  \
  X(heif_image_has_channel)                               \
  X(heif_image_is_premultiplied_alpha)                    \
  X(heif_image_set_nclx_color_profile)                    \
  X(heif_image_release)                                   \
  X(heif_nclx_color_profile_alloc)                        \
  X(heif_nclx_color_profile_free)                         \
  X(heif_nclx_color_profile_set_color_primaries)          \
  X(heif_nclx_color_profile_set_transfer_characteristics) \
  X(heif_nclx_color_profile_set_matrix_coefficients)      \
  X(heif_have_decoder_for_format)                         \
  X(heif_register_decoder_plugin)                         \
  X(de265_new_decoder)                                    \
  X(de265_free_decoder)                                   \
  X(de265_push_NAL)                                       \
  X(de265_flush_data)                                     \
  X(de265_decode)                                         \
  X(de265_get_next_picture)                               \
  X(de265_get_chroma_format)                              \
  X(de265_get_bits_per_pixel)                             \
  X(de265_get_image_width)                                \
  X(de265_get_image_height)                               \
  X(de265_get_image_plane)                                \
  X(de265_get_image_full_range_flag)                      \
  X(de265_get_image_colour_primaries)                     \
  X(de265_get_image_transfer_characteristics)             \
  X(de265_get_image_matrix_coefficients)
#define AIVA_HEIF_MEMBER(name) decltype(&::name) name = nullptr;
  AIVA_HEIF_FUNCTIONS(AIVA_HEIF_MEMBER)
#undef AIVA_HEIF_MEMBER

  // Loads the library (a path or a name the system's loader finds), for ever, and has it decode
  // HEVC as hevc_decoder.h says. `unavailable` when it is missing or lacks a function.
  static Result<HeifFunctions> load(const char* library = "libheif.so.1");
};

}  // namespace aiva::documents

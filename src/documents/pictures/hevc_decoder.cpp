#include "documents/pictures/hevc_decoder.h"

#include <array>
#include <cstring>
#include <memory>
#include <string_view>

#include "documents/pictures/byte_cursor.h"
#include "documents/pictures/hevc_size.h"
#include "documents/pictures/picture_limits.h"

namespace aiva::documents {
namespace {

constexpr int plugin_version = 3;  // of heif_plugin.h
constexpr int priority = 1000;     // libheif's own one has 100

// libheif gives a new decoder nothing that could lead to these. Written once, before any use.
HeifFunctions functions;

constexpr heif_error no_error{
    .code = heif_error_Ok, .subcode = heif_suberror_Unspecified, .message = ""};
constexpr heif_error damaged{.code = heif_error_Decoder_plugin_error,
                             .subcode = heif_suberror_End_of_data,
                             .message = "the stream is damaged"};
constexpr heif_error too_large{.code = heif_error_Memory_allocation_error,
                               .subcode = heif_suberror_Security_limit_exceeded,
                               .message = "the stream's pictures are too large"};
constexpr heif_error mixed{.code = heif_error_Unsupported_feature,
                           .subcode = heif_suberror_Unsupported_color_conversion,
                           .message = "channels of different depths"};

struct Decoder {
  explicit Decoder(de265_decoder_context* made) : stream(made) {}
  ~Decoder() { functions.de265_free_decoder(stream); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  de265_decoder_context* stream;
};

struct ReleaseImage {
  void operator()(heif_image* image) const { functions.heif_image_release(image); }
};
using Image = std::unique_ptr<heif_image, ReleaseImage>;

const char* name() { return "libde265 without threads"; }

int supports(heif_compression_format format) {
  return format == heif_compression_HEVC ? priority : 0;
}

heif_error make(void** decoder) {
  auto* stream = functions.de265_new_decoder();
  if (stream == nullptr) return too_large;
  *decoder = new Decoder(stream);
  return no_error;
}

void end(void* decoder) { delete static_cast<Decoder*>(decoder); }

bool is_too_large(std::string_view unit) {
  if (!is_sequence_header(unit)) return false;
  auto size = read_sequence_size(unit);
  return size && (size->width > side_max || size->height > side_max ||
                  size->width * size->height > pixels_max);
}

// Units with their lengths before them, parameter sets first.
heif_error push(void* decoder, const void* bytes, std::size_t size) {
  auto* stream = static_cast<Decoder*>(decoder)->stream;
  ByteCursor cursor({static_cast<const char*>(bytes), size});
  while (cursor.left() > 0) {
    auto unit = cursor.take(cursor.u32());
    if (cursor.is_overrun()) return damaged;
    if (is_too_large(unit)) return too_large;
    auto result =
        functions.de265_push_NAL(stream, unit.data(), static_cast<int>(unit.size()), 0, nullptr);
    if (result != DE265_OK) return damaged;
  }
  return no_error;
}

heif_error copy_plane(const de265_image* from, int number, heif_image* to, heif_channel channel) {
  int width = functions.de265_get_image_width(from, number);
  int height = functions.de265_get_image_height(from, number);
  int depth = functions.de265_get_bits_per_pixel(from, number);
  if (width <= 0 || height <= 0) return damaged;
  if (depth != functions.de265_get_bits_per_pixel(from, 0)) return mixed;
  auto added = functions.heif_image_add_plane(to, channel, width, height, depth);
  if (added.code != heif_error_Ok) return added;
  int from_stride = 0;
  int to_stride = 0;
  const auto* source = functions.de265_get_image_plane(from, number, &from_stride);
  auto* target = functions.heif_image_get_plane(to, channel, &to_stride);
  if (source == nullptr || target == nullptr) return damaged;
  auto row_bytes = static_cast<std::size_t>(width) * (depth > 8 ? 2 : 1);
  for (int y = 0; y < height; ++y, source += from_stride, target += to_stride)
    std::memcpy(target, source, row_bytes);
  return no_error;
}

// Which colours the numbers mean; what has no name is taken for the usual.
void copy_colours(const de265_image* from, heif_image* to) {
  const auto& f = functions;
  auto* colours = f.heif_nclx_color_profile_alloc();
  if (colours == nullptr) return;
  auto number = [](int value) { return static_cast<std::uint16_t>(value); };
  f.heif_nclx_color_profile_set_color_primaries(colours,
                                                number(f.de265_get_image_colour_primaries(from)));
  f.heif_nclx_color_profile_set_transfer_characteristics(
      colours, number(f.de265_get_image_transfer_characteristics(from)));
  f.heif_nclx_color_profile_set_matrix_coefficients(
      colours, number(f.de265_get_image_matrix_coefficients(from)));
  colours->full_range_flag = f.de265_get_image_full_range_flag(from) != 0 ? 1 : 0;
  f.heif_image_set_nclx_color_profile(to, colours);
  f.heif_nclx_color_profile_free(colours);
}

heif_chroma chroma_of(const de265_image* image) {
  switch (functions.de265_get_chroma_format(image)) {
    case de265_chroma_mono: return heif_chroma_monochrome;
    case de265_chroma_420: return heif_chroma_420;
    case de265_chroma_422: return heif_chroma_422;
    case de265_chroma_444: return heif_chroma_444;
  }
  return heif_chroma_undefined;
}

heif_error convert(const de265_image* decoded, heif_image** out) {
  constexpr std::array channels = {heif_channel_Y, heif_channel_Cb, heif_channel_Cr};
  auto chroma = chroma_of(decoded);
  bool is_grey = chroma == heif_chroma_monochrome;
  heif_image* made = nullptr;
  auto created = functions.heif_image_create(
      functions.de265_get_image_width(decoded, 0), functions.de265_get_image_height(decoded, 0),
      is_grey ? heif_colorspace_monochrome : heif_colorspace_YCbCr, chroma, &made);
  if (created.code != heif_error_Ok) return created;
  Image image(made);
  for (int i = 0; i < (is_grey ? 1 : 3); ++i) {
    auto copied = copy_plane(decoded, i, image.get(), channels[static_cast<std::size_t>(i)]);
    if (copied.code != heif_error_Ok) return copied;
  }
  copy_colours(decoded, image.get());
  *out = image.release();
  return no_error;
}

// The first picture of the stream; it holds one.
heif_error decode(void* decoder, heif_image** out) {
  auto* stream = static_cast<Decoder*>(decoder)->stream;
  functions.de265_flush_data(stream);
  int more = 1;
  while (more != 0) {
    more = 0;
    if (functions.de265_decode(stream, &more) != DE265_OK) break;
    if (const auto* picture = functions.de265_get_next_picture(stream))
      return convert(picture, out);
  }
  return damaged;
}

constexpr heif_decoder_plugin plugin{.plugin_api_version = plugin_version,
                                     .get_plugin_name = name,
                                     .init_plugin = nullptr,
                                     .deinit_plugin = nullptr,
                                     .does_support_format = supports,
                                     .new_decoder = make,
                                     .free_decoder = end,
                                     .push_data = push,
                                     .decode_image = decode,
                                     .set_strict_decoding = nullptr,
                                     .id_name = "aiva"};

}  // namespace

Result<void> register_hevc_decoder(const HeifFunctions& loaded) {
  functions = loaded;
  auto registered = functions.heif_register_decoder_plugin(&plugin);
  if (registered.code != heif_error_Ok)
    return fail(ErrorCode::unavailable, "The library that decodes HEIC images cannot be used",
                registered.message);
  return {};
}

}  // namespace aiva::documents

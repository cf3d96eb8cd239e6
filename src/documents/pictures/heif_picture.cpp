#include "documents/pictures/heif_picture.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>

#include "documents/pictures/picture_limits.h"

namespace aiva::documents {
namespace {

// Of all parts of a file: a picture, its transparency, and tiles that reach over its edges.
constexpr std::int64_t part_pixels_max = 4 * pixels_max;

using Context = std::unique_ptr<heif_context, decltype(HeifFunctions::heif_context_free)>;
using Handle =
    std::unique_ptr<const heif_image_handle, decltype(HeifFunctions::heif_image_handle_release)>;
using Image = std::unique_ptr<heif_image, decltype(HeifFunctions::heif_image_release)>;

std::unexpected<Error> refuse(const heif_error& error) {
  if (error.code == heif_error_Memory_allocation_error)
    return fail(ErrorCode::too_large, "The image is larger than it says, or than may be decoded",
                error.message);
  if (error.code == heif_error_Unsupported_feature || error.code == heif_error_Unsupported_filetype)
    return fail(ErrorCode::invalid,
                "The image is coded in a way that cannot be read; make a JPEG of it",
                error.message);
  return fail(ErrorCode::invalid, "The image is damaged and cannot be decoded", error.message);
}

// The numbers of one channel, row by row.
class Channel {
 public:
  // Nothing where there is no such channel in this size.
  static std::optional<Channel> find(const HeifFunctions& f, const heif_image* image,
                                     heif_channel number, const Picture& size) {
    Channel channel;
    channel.bytes_ = f.heif_image_get_plane_readonly(image, number, &channel.stride_);
    channel.depth_ = f.heif_image_get_bits_per_pixel_range(image, number);
    bool is_sound = channel.bytes_ != nullptr && channel.depth_ >= 1 && channel.depth_ <= 16 &&
                    f.heif_image_get_width(image, number) == size.width &&
                    f.heif_image_get_height(image, number) == size.height;
    if (!is_sound) return std::nullopt;
    return channel;
  }

  // From 0 to 255, whatever its depth.
  [[nodiscard]] std::uint8_t at(int x, int y) const {
    const auto* row = bytes_ + static_cast<std::ptrdiff_t>(y) * stride_;
    if (depth_ == 8) return row[x];
    unsigned value = row[x];
    if (depth_ > 8) {
      std::uint16_t wide = 0;
      std::memcpy(&wide, row + std::ptrdiff_t{2} * x, sizeof wide);
      value = wide;
    }
    unsigned most = (1U << depth_) - 1;
    return static_cast<std::uint8_t>((std::min(value, most) * 255U + most / 2) / most);
  }

 private:
  const std::uint8_t* bytes_ = nullptr;
  int stride_ = 0;
  int depth_ = 0;
};

std::uint8_t over_white(unsigned colour, unsigned alpha, bool is_premultiplied) {
  if (is_premultiplied) return static_cast<std::uint8_t>(std::min(colour + 255U - alpha, 255U));
  return static_cast<std::uint8_t>((colour * alpha + 255U * (255U - alpha) + 127U) / 255U);
}

Result<Picture> copy_pixels(const HeifFunctions& f, heif_image* image) {
  Picture picture{.width = f.heif_image_get_width(image, heif_channel_R),
                  .height = f.heif_image_get_height(image, heif_channel_R)};
  std::array<std::optional<Channel>, 3> colours;
  constexpr std::array numbers = {heif_channel_R, heif_channel_G, heif_channel_B};
  for (std::size_t i = 0; i < 3; ++i) colours[i] = Channel::find(f, image, numbers[i], picture);
  auto alpha = Channel::find(f, image, heif_channel_Alpha, picture);
  bool is_sound = colours[0] && colours[1] && colours[2] && picture.width > 0 &&
                  picture.height > 0 &&
                  (alpha || f.heif_image_has_channel(image, heif_channel_Alpha) == 0);
  if (!is_sound)
    return fail(ErrorCode::invalid, "The image is damaged and cannot be decoded",
                "channels of different sizes");
  bool is_premultiplied = alpha && f.heif_image_is_premultiplied_alpha(image) != 0;
  picture.rgb.resize(static_cast<std::size_t>(picture.width) *
                     static_cast<std::size_t>(picture.height) * 3);
  auto* to = picture.rgb.data();
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x)
      for (const auto& colour : colours) {
        auto value = colour->at(x, y);
        *to++ = alpha ? over_white(value, alpha->at(x, y), is_premultiplied) : value;
      }
  return picture;
}

// The sizes of `header` are in bounds.
Result<Picture> decode_primary(const HeifFunctions& f, std::string_view bytes,
                               const HeifHeader& header) {
  bool is_hevc = header.coding == HeifHeader::Coding::hevc;
  if (f.heif_have_decoder_for_format(is_hevc ? heif_compression_HEVC : heif_compression_AV1) == 0)
    return fail(ErrorCode::invalid, "AVIF images cannot be read here; make a JPEG of it");
  Context context(f.heif_context_alloc(), f.heif_context_free);
  if (!context) throw std::bad_alloc();
  f.heif_context_set_max_decoding_threads(context.get(), 0);
  f.heif_context_set_maximum_image_size_limit(context.get(),
                                              static_cast<int>(header.longest_side + 1));
  auto error = f.heif_context_read_from_memory_without_copy(context.get(), bytes.data(),
                                                            bytes.size(), nullptr);
  if (error.code != heif_error_Ok) return refuse(error);
  heif_image_handle* primary = nullptr;
  error = f.heif_context_get_primary_image_handle(context.get(), &primary);
  if (error.code != heif_error_Ok) return refuse(error);
  Handle handle(primary, f.heif_image_handle_release);
  heif_image* decoded = nullptr;
  // With the channels apart, whose sizes can then be compared.
  error =
      f.heif_decode_image(handle.get(), &decoded, heif_colorspace_RGB, heif_chroma_444, nullptr);
  if (error.code != heif_error_Ok) return refuse(error);
  Image image(decoded, f.heif_image_release);
  return copy_pixels(f, image.get());
}

}  // namespace

Result<DecodedHeif> decode_heif(const HeifFunctions* functions, std::string_view bytes) {
  if (functions == nullptr)
    return fail(ErrorCode::invalid,
                "HEIC and AVIF images cannot be read here; make a JPEG, PNG or WebP of it");
  TRY(auto header, read_heif_header(bytes));
  if (header.longest_side > side_max || header.largest_pixels > pixels_max ||
      header.all_pixels > part_pixels_max)
    return refuse_size();
  TRY(auto picture, decode_primary(*functions, bytes, header));
  return DecodedHeif{.coding = header.coding, .picture = std::move(picture)};
}

}  // namespace aiva::documents

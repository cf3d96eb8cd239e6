#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/images/images.h"
#include "capabilities/images/internal/images_table.h"
#include "foundation/picture/picture.h"

namespace aiva::images {

// What everything inside this capability shares.
struct Core {
  Core(const ImageParts& p, const ImageSettings& s) : parts(p), settings(s) {}
  ImageParts parts;
  ImageSettings settings;
};

// An image that was looked at and is not stored yet.
struct PreparedImage {
  Image image{};
  std::vector<ImageVector> vectors{};
  std::string thumbnail{};
};

// An image that was decoded; the models have not looked at it yet.
struct DecodedImage {
  PreparedImage prepared{};
  Picture picture{};
  double seconds = 0;  // it took so far
};

// A place among the images that are being processed.
class Admission {
 public:
  explicit Admission(std::atomic<std::size_t>& taken) : taken_(&taken) {}
  Admission(Admission&& other) noexcept : taken_(std::exchange(other.taken_, nullptr)) {}
  Admission& operator=(Admission&& other) noexcept {
    std::swap(taken_, other.taken_);
    return *this;
  }
  ~Admission() {
    if (taken_ != nullptr) --*taken_;
  }

 private:
  std::atomic<std::size_t>* taken_;
};

// The way of an image from a file to rows: decode, embed, store. Shared by uploads and figures.
class Intake {
 public:
  explicit Intake(Core& core);

  // Fails with `unavailable` when as many as allowed are waiting.
  Result<Admission> admit();
  // Looks at the image in the file; `draft` says what is known of it already.
  Task<Result<PreparedImage>> prepare(CallContext context, std::filesystem::path file, Image draft);
  // The two halves of it: one file, then some images in one call of each model.
  Task<Result<DecodedImage>> decode(CallContext context, std::filesystem::path file, Image draft);
  Task<Result<std::vector<PreparedImage>>> embed(CallContext context,
                                                 std::vector<DecodedImage> images);
  // Moves the file and the thumbnail into the store, then writes the rows and the charge. Fails
  // with `not_found` when the knowledge base or the document is gone, `conflict` when it is full.
  Task<Result<void>> store(CallContext context, PreparedImage prepared, std::filesystem::path file);
  // Removes files of an image even if the caller is gone; what cannot be is swept away later.
  Task<void> remove_files(CallContext context, TenantId tenant, ImageId id);

 private:
  Task<Result<void>> put_files(CallContext context, const PreparedImage& prepared,
                               std::filesystem::path file);
  Task<Result<void>> describe(CallContext context, std::vector<PreparedImage>& images);

  Core& core_;
  std::atomic<std::size_t> taken_{0};
  Counter& stored_;
  Counter& failed_;
  Histogram& seconds_;
};

// What is known of an image in words: its description, what is seen on it, its print, its name.
std::string caption_of(const Image& image);

}  // namespace aiva::images

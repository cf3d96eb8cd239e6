#include "capabilities/images/internal/intake.h"

#include <algorithm>
#include <chrono>
#include <fstream>

#include "foundation/log.h"
#include "foundation/picture/difference_hash.h"
#include "foundation/text/utf8.h"

namespace aiva::images {
namespace {

constexpr std::size_t print_bytes_in_caption_max = 1000;
constexpr std::chrono::minutes clean_up_time_max{2};
constexpr int retry_after_s = 5;

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// A file name in words; nothing where it says nothing, like IMG_1234.
std::string words_of(std::string_view filename) {
  auto stem = filename.substr(0, filename.rfind('.'));
  bool has_digits = stem.find_first_of("0123456789") != std::string_view::npos;
  if (has_digits && stem.find(' ') == std::string_view::npos) return {};
  std::string words(stem);
  std::ranges::replace(words, '_', ' ');
  std::ranges::replace(words, '-', ' ');
  return words;
}

Result<void> write_file(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) return fail(ErrorCode::unavailable, "A thumbnail cannot be stored", path.string());
  return {};
}

}  // namespace

std::string caption_of(const Image& image) {
  std::string caption;
  auto add = [&caption](std::string_view words) {
    if (words.empty()) return;
    if (!caption.empty()) caption += ". ";
    caption += words;
  };
  add(image.description);
  std::string seen;
  for (const auto& label : image.labels) seen += (seen.empty() ? "" : ", ") + label.name;
  add(seen);
  add(utf8_prefix(image.text, print_bytes_in_caption_max));
  add(words_of(image.filename));
  return caption;
}

Intake::Intake(Core& core)
    : core_(core),
      stored_(core.parts.metrics.counter("aiva_images_stored_total", "Images stored")),
      failed_(core.parts.metrics.counter("aiva_images_failed_total",
                                         "Images that could not be processed")),
      seconds_(core.parts.metrics.histogram("aiva_image_processing_seconds",
                                            "Time from an image's file to its vectors",
                                            duration_buckets_s())) {}

Result<Admission> Intake::admit() {
  if (++taken_ > core_.settings.concurrency + core_.settings.waiting_max) {
    --taken_;
    Error error{.code = ErrorCode::unavailable,
                .message = "Too many images are waiting to be processed; try again"};
    error.retry_after_s = retry_after_s;
    return fail(std::move(error));
  }
  return Admission(taken_);
}

Task<Result<PreparedImage>> Intake::prepare(CallContext context, std::filesystem::path file,
                                            Image draft) {
  auto decoding = decode(context, std::move(file), std::move(draft));
  CO_TRY(auto decoded, co_await std::move(decoding));
  std::vector<DecodedImage> images;
  images.push_back(std::move(decoded));
  auto embedding = embed(context, std::move(images));
  CO_TRY(auto prepared, co_await std::move(embedding));
  co_return std::move(prepared.front());
}

Task<Result<DecodedImage>> Intake::decode(CallContext context, std::filesystem::path file,
                                          Image draft) {
  auto begin = std::chrono::steady_clock::now();
  auto& parts = core_.parts;
  PictureRequest request{.side = parts.model.picture_side(), .wants_text = true};
  auto read = co_await parts.pictures.read(context, file, request);
  if (!read) failed_.add();
  if (!read) co_return fail(std::move(read.error()));
  DecodedImage decoded;
  decoded.prepared = {.image = std::move(draft), .thumbnail = std::move(read->thumbnail)};
  auto& image = decoded.prepared.image;
  image.media_type = read->media_type;
  image.width = read->width;
  image.height = read->height;
  image.text = std::move(read->text);
  auto hash = [&read] { return Result<std::uint64_t>(difference_hash(read->picture)); };
  CO_TRY(image.difference_hash, co_await run_on(parts.compute, context, hash));
  decoded.picture = std::move(read->picture);
  decoded.seconds = seconds_since(begin);
  co_return decoded;
}

Task<Result<std::vector<PreparedImage>>> Intake::embed(CallContext context,
                                                       std::vector<DecodedImage> images) {
  auto begin = std::chrono::steady_clock::now();
  std::vector<Picture> pictures;
  for (auto& image : images) pictures.push_back(std::move(image.picture));
  auto looking = core_.parts.model.embed_images(context, std::move(pictures));
  CO_TRY(auto seen, co_await std::move(looking));
  if (seen.vectors.values.size() != images.size() * seen.vectors.dimension)
    co_return fail(internal_error("The image model answered another number of vectors"));
  std::vector<PreparedImage> prepared;
  for (std::size_t i = 0; i < images.size(); ++i) {
    auto& made = prepared.emplace_back(std::move(images[i].prepared));
    made.image.model = seen.vectors.model;
    if (i < seen.objects.size()) made.image.labels = std::move(seen.objects[i]);
    auto row = seen.vectors.row(i);
    made.vectors.push_back({.model = seen.vectors.model, .values = {row.begin(), row.end()}});
  }
  auto describing = describe(context, prepared);
  CO_TRY_VOID(co_await std::move(describing));
  auto share = seconds_since(begin) / static_cast<double>(std::max<std::size_t>(images.size(), 1));
  for (const auto& image : images) seconds_.observe(image.seconds + share);
  co_return prepared;
}

// Words about the images are searched as texts are.
Task<Result<void>> Intake::describe(CallContext context, std::vector<PreparedImage>& images) {
  if (core_.parts.texts.dimension() == 0) co_return Result<void>{};
  std::vector<std::string> captions;
  std::vector<PreparedImage*> described;
  for (auto& image : images) {
    auto caption = caption_of(image.image);
    if (caption.empty()) continue;
    captions.push_back(std::move(caption));
    described.push_back(&image);
  }
  if (captions.empty()) co_return Result<void>{};
  auto embedding = core_.parts.texts.embed(context, std::move(captions));
  CO_TRY(auto words, co_await std::move(embedding));
  if (words.values.size() != described.size() * words.dimension)
    co_return fail(internal_error("The embedder answered another number of vectors"));
  for (std::size_t i = 0; i < described.size(); ++i) {
    auto row = words.row(i);
    described[i]->vectors.push_back({.model = words.model, .values = {row.begin(), row.end()}});
  }
  co_return Result<void>{};
}

// The files come first: rows without them would be a lost image, files without rows are only swept
// away later.
Task<Result<void>> Intake::store(CallContext context, PreparedImage prepared,
                                 std::filesystem::path file) {
  const auto& image = prepared.image;
  auto putting = put_files(context, prepared, std::move(file));
  auto outcome = co_await std::move(putting);
  if (outcome) {
    auto& parts = core_.parts;
    auto writing = write(parts.database, context, [&](SqlSession& sql) -> Result<void> {
      ImagesTable table(sql);
      TRY(auto count, table.count(image.knowledge_base));
      if (count >= core_.settings.images_per_base_max)
        return fail(ErrorCode::too_large, "The knowledge base has the most images allowed");
      TRY_VOID(table.insert(image, prepared.vectors, context.user));
      TRY_VOID(parts.billing.charge(sql, image.tenant,
                                    {.operation = "image",
                                     .reference = image.id.to_string(),
                                     .base = core_.settings.price_per_image,
                                     .model = std::string(parts.model.model()),
                                     .key = context.api_key}));
      return {};
    });
    outcome = co_await std::move(writing);
  }
  if (outcome) {
    stored_.add();
    co_return outcome;
  }
  failed_.add();
  // A transaction may have been committed although its end was not heard of. As a write this is
  // asked of the server that would have committed it; a replica need not have heard of it either.
  auto without_end = context;
  without_end.cancellation = {};
  without_end.deadline = std::chrono::steady_clock::now() + clean_up_time_max;
  auto looking = write(core_.parts.database, without_end, [&image](SqlSession& sql) {
    return ImagesTable(sql).has_object(ImagesTable::object_key(image.tenant, image.id));
  });
  auto has_row = co_await std::move(looking);
  if (has_row && !*has_row) co_await remove_files(context, image.tenant, image.id);
  if (outcome.error().code == ErrorCode::conflict)
    co_return fail(ErrorCode::not_found, "The knowledge base or the document is gone",
                   outcome.error().cause);
  co_return outcome;
}

Task<Result<void>> Intake::put_files(CallContext context, const PreparedImage& prepared,
                                     std::filesystem::path file) {
  auto& objects = core_.parts.objects;
  const auto& image = prepared.image;
  auto staged = objects.staging_folder() / ("thumbnail-" + image.id.to_string());
  auto writing = [&] { return write_file(staged, prepared.thumbnail); };
  CO_TRY_VOID(co_await run_on(core_.parts.compute, context, writing));
  auto thumbnail_key = ImagesTable::thumbnail_key(image.tenant, image.id);
  CO_TRY_VOID(co_await objects.put_file(context, thumbnail_key, staged));
  auto key = ImagesTable::object_key(image.tenant, image.id);
  CO_TRY_VOID(co_await objects.put_file(context, key, std::move(file)));
  co_return Result<void>{};
}

Task<void> Intake::remove_files(CallContext context, TenantId tenant, ImageId id) {
  context.cancellation = {};
  context.deadline = std::chrono::steady_clock::now() + clean_up_time_max;
  for (const auto& key :
       {ImagesTable::object_key(tenant, id), ImagesTable::thumbnail_key(tenant, id)}) {
    auto removed = co_await core_.parts.objects.remove(context, key);
    if (!removed) log::failure("A file could not be removed", context, removed.error());
  }
}

}  // namespace aiva::images

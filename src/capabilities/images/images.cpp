#include "capabilities/images/images.h"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

#include "capabilities/images/internal/figures.h"
#include "capabilities/images/internal/finder.h"
#include "capabilities/images/internal/images_table.h"
#include "capabilities/images/internal/intake.h"
#include "foundation/json.h"
#include "foundation/log.h"
#include "foundation/text/utf8.h"

namespace aiva::images {
namespace {

constexpr std::size_t filename_bytes_max = 255;
constexpr std::size_t description_bytes_max = 4000;
constexpr std::size_t metadata_bytes_max = 16 * 1024;
constexpr int page_limit_max = 200;
constexpr int page_max = 1'000'000;
constexpr std::size_t files_per_round = 1000;
constexpr std::int64_t searches_per_round = 500;
constexpr std::chrono::hours file_age_least{1};
constexpr const char* key_prefix = "images/";

bool is_plain_text(std::string_view text) {
  auto is_control = [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F;
  };
  return is_valid_utf8(text) && std::ranges::none_of(text, is_control);
}

Result<void> check(NewImage& image) {
  Error error{.code = ErrorCode::invalid, .message = "The request is not valid"};
  auto complain = [&error](std::string field, std::string message) {
    error.details.push_back({std::move(field), std::move(message)});
  };
  image.filename = image.filename.substr(image.filename.find_last_of("/\\") + 1);
  bool is_named = !image.filename.empty() && image.filename.size() <= filename_bytes_max &&
                  is_plain_text(image.filename);
  if (!is_named) complain("file", "must have a name of at most 255 bytes");
  if (image.description.size() > description_bytes_max || !is_plain_text(image.description))
    complain("description", "must be text of at most 4000 bytes");
  auto metadata = json::parse(image.metadata, {.bytes_max = metadata_bytes_max, .depth_max = 16});
  if (!metadata || !metadata->is_object())
    complain("metadata", "must be a JSON object of at most 16 KB");
  if (image.size_bytes == 0) complain("file", "must not be empty");
  if (!error.details.empty()) return fail(std::move(error));
  if (image.size_bytes > image_bytes_max)
    return fail(ErrorCode::too_large, "An image may have at most 10 MB");
  return {};
}

Result<void> check(const knowledge::PageRequest& page) {
  if (page.page < 1 || page.page > page_max)
    return fail(invalid_field("page", "must be between 1 and 1000000"));
  if (page.limit < 1 || page.limit > page_limit_max)
    return fail(invalid_field("limit", "must be between 1 and 200"));
  return {};
}

class RowImages final : public Images {
 public:
  RowImages(const ImageParts& parts, const ImageSettings& settings)
      : core_(parts, settings), intake_(core_), finder_(core_), figures_(core_, intake_) {}

  Task<Result<AddedImage>> add(CallContext context, KnowledgeBaseId base, NewImage image) override;
  Task<Result<Image>> get(CallContext context, ImageId id) override;
  Task<Result<knowledge::PageOf<Image>>> list(CallContext context, KnowledgeBaseId base,
                                              ListFilter filter) override;
  Task<Result<ImageStatistics>> statistics(CallContext context, KnowledgeBaseId base) override;
  Task<Result<void>> remove(CallContext context, ImageId id) override;
  Task<Result<ImageFile>> file(CallContext context, KnowledgeBaseId base,
                               std::string name) override;
  Task<Result<ImageAnswer>> search(CallContext context, ImageQuery query) override {
    return finder_.search(std::move(context), std::move(query));
  }
  [[nodiscard]] bool compares_texts_with_pictures() const override {
    return core_.parts.model.has_text();
  }
  Task<Result<std::vector<KnowledgeBaseId>>> with_images(
      CallContext context, std::vector<KnowledgeBaseId> bases) override;
  Task<Result<JobOutcome>> run(CallContext context, Job job) override {
    return figures_.run(std::move(context), std::move(job));
  }
  Task<Result<std::int64_t>> sweep_files(CallContext context) override;
  Task<Result<std::int64_t>> remove_old_searches(CallContext context,
                                                 std::chrono::days age) override;

 private:
  Task<Result<std::optional<Image>>> find_same(CallContext context, KnowledgeBaseId base,
                                               const std::string& sha256);
  Task<Result<std::int64_t>> sweep_round(CallContext context, std::vector<ObjectEntry> files);

  Core core_;
  Intake intake_;
  Finder finder_;
  Figures figures_;
};

Task<Result<AddedImage>> RowImages::add(CallContext context, KnowledgeBaseId base, NewImage image) {
  auto begin = std::chrono::steady_clock::now();
  CO_TRY_VOID(check(image));
  CO_TRY(auto known_base, co_await core_.parts.knowledge.get(context, base));
  if (known_base->status == "inactive")
    co_return fail(ErrorCode::conflict, "The knowledge base is inactive");
  CO_TRY_VOID(co_await core_.parts.billing.require(context, context.tenant,
                                                   core_.settings.upload_balance_least));
  auto elapsed_ms = [begin] {
    auto elapsed = std::chrono::steady_clock::now() - begin;
    return std::chrono::duration<double, std::milli>(elapsed).count();
  };
  CO_TRY(auto same, co_await find_same(context, base, image.content_sha256));
  if (same) {
    std::error_code ignored;
    std::filesystem::remove(image.staged_path, ignored);
    AddedImage there{.image = std::move(*same), .is_stored = false};
    there.duplicate_of = there.image.id;
    there.processing_time_ms = elapsed_ms();
    co_return there;
  }
  CO_TRY([[maybe_unused]] auto admission, intake_.admit());
  Image draft{.id = ImageId::make(), .tenant = context.tenant, .knowledge_base = base};
  draft.filename = image.filename;
  draft.size_bytes = image.size_bytes;
  draft.content_sha256 = image.content_sha256;
  draft.description = image.description;
  draft.metadata = image.metadata;
  draft.created_at = core_.parts.clock.unix_ms();
  CO_TRY(auto prepared, co_await intake_.prepare(context, image.staged_path, std::move(draft)));
  auto comparing = read(core_.parts.database, context, [&](SqlSession& sql) {
    return ImagesTable(sql).find_alike(context.tenant, base, prepared.image.difference_hash,
                                       core_.settings.duplicate_distance_max);
  });
  CO_TRY(auto alike, co_await std::move(comparing));
  AddedImage added{.image = prepared.image, .duplicate_of = alike};
  CO_TRY_VOID(co_await intake_.store(context, std::move(prepared), image.staged_path));
  added.processing_time_ms = elapsed_ms();
  co_return added;
}

Task<Result<std::vector<KnowledgeBaseId>>> RowImages::with_images(
    CallContext context, std::vector<KnowledgeBaseId> bases) {
  auto reading = read(core_.parts.database, context,
                      [&](SqlSession& sql) -> Result<std::vector<KnowledgeBaseId>> {
                        ImagesTable table(sql);
                        std::vector<KnowledgeBaseId> found;
                        for (auto base : bases) {
                          TRY(auto has_any, table.has_any(context.tenant, base));
                          if (has_any) found.push_back(base);
                        }
                        return found;
                      });
  auto found = co_await std::move(reading);
  co_return found;
}

Task<Result<std::optional<Image>>> RowImages::find_same(CallContext context, KnowledgeBaseId base,
                                                        const std::string& sha256) {
  auto reading =
      read(core_.parts.database, context, [&](SqlSession& sql) -> Result<std::optional<Image>> {
        ImagesTable table(sql);
        TRY(auto id, table.find_content(context.tenant, base, sha256));
        if (!id) return std::nullopt;
        TRY(auto image, table.get(context.tenant, *id));
        return image;
      });
  auto same = co_await std::move(reading);
  co_return same;
}

Task<Result<Image>> RowImages::get(CallContext context, ImageId id) {
  auto reading = read(core_.parts.database, context,
                      [&](SqlSession& sql) { return ImagesTable(sql).get(context.tenant, id); });
  auto image = co_await std::move(reading);
  co_return image;
}

Task<Result<knowledge::PageOf<Image>>> RowImages::list(CallContext context, KnowledgeBaseId base,
                                                       ListFilter filter) {
  CO_TRY_VOID(check(filter.page));
  CO_TRY_VOID(co_await core_.parts.knowledge.get(context, base));
  auto reading = read(core_.parts.database, context, [&](SqlSession& sql) {
    return ImagesTable(sql).list(context.tenant, base, filter);
  });
  auto page = co_await std::move(reading);
  co_return page;
}

Task<Result<ImageStatistics>> RowImages::statistics(CallContext context, KnowledgeBaseId base) {
  CO_TRY_VOID(co_await core_.parts.knowledge.get(context, base));
  const auto& model = core_.parts.model;
  auto reading = read(core_.parts.database, context, [&](SqlSession& sql) {
    return ImagesTable(sql).statistics(context.tenant, base, model.model());
  });
  CO_TRY(auto statistics, co_await std::move(reading));
  statistics.model = model.model();
  statistics.dimension = model.dimension();
  co_return statistics;
}

Task<Result<void>> RowImages::remove(CallContext context, ImageId id) {
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) {
    return ImagesTable(sql).remove(context.tenant, id);
  });
  CO_TRY_VOID(co_await std::move(writing));
  co_await intake_.remove_files(context, context.tenant, id);
  co_return Result<void>{};
}

Task<Result<ImageFile>> RowImages::file(CallContext context, KnowledgeBaseId base,
                                        std::string name) {
  constexpr std::size_t id_length = 36;
  auto id = ImageId::parse(std::string_view(name).substr(0, id_length));
  if (!id) co_return fail(ErrorCode::not_found, "No such image");
  CO_TRY(auto image, co_await get(context, *id));
  bool is_thumbnail = image.thumbnail_url().ends_with("/" + name);
  bool is_named = is_thumbnail || image.url().ends_with("/" + name);
  if (image.knowledge_base != base || !is_named)
    co_return fail(ErrorCode::not_found, "No such image");
  auto key = is_thumbnail ? ImagesTable::thumbnail_key(image.tenant, *id)
                          : ImagesTable::object_key(image.tenant, *id);
  ImageFile file{.media_type = is_thumbnail ? thumbnail_media_type : image.media_type};
  CO_TRY(file.path, co_await core_.parts.objects.local_copy(context, std::move(key)));
  co_return file;
}

Task<Result<std::int64_t>> RowImages::sweep_files(CallContext context) {
  std::int64_t count = 0;
  std::string after;
  for (;;) {
    CO_TRY(auto files,
           co_await core_.parts.objects.list(context, key_prefix, after, files_per_round));
    if (files.empty()) break;
    after = files.back().key;
    CO_TRY(auto removed, co_await sweep_round(context, std::move(files)));
    count += removed;
  }
  if (count > 0) log::info("Files without an image were removed", {{"files", count}});
  co_return count;
}

Task<Result<std::int64_t>> RowImages::sweep_round(CallContext context,
                                                  std::vector<ObjectEntry> files) {
  using std::chrono::milliseconds;
  auto oldest_kept = core_.parts.clock.unix_ms() -
                     std::chrono::duration_cast<milliseconds>(file_age_least).count();
  std::erase_if(files, [&](const ObjectEntry& file) { return file.modified_at >= oldest_kept; });
  std::vector<std::string> orphans;
  // A replica that is behind would have files removed whose rows it does not know yet.
  auto reading = read_latest(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    ImagesTable table(sql);
    for (const auto& file : files) {
      TRY(auto has_row, table.has_object(file.key));
      if (!has_row) orphans.push_back(file.key);
    }
    return {};
  });
  CO_TRY_VOID(co_await std::move(reading));
  for (const auto& key : orphans) CO_TRY_VOID(co_await core_.parts.objects.remove(context, key));
  co_return static_cast<std::int64_t>(orphans.size());
}

Task<Result<std::int64_t>> RowImages::remove_old_searches(CallContext context,
                                                          std::chrono::days age) {
  auto than = core_.parts.clock.unix_ms() - std::chrono::milliseconds(age).count();
  std::int64_t count = 0;
  for (std::int64_t removed = searches_per_round; removed == searches_per_round;) {
    CO_TRY_VOID(context.check());
    auto removing = write(core_.parts.database, context, [than](SqlSession& sql) {
      return ImagesTable(sql).remove_searches(than, searches_per_round);
    });
    CO_TRY(removed, co_await std::move(removing));
    count += removed;
  }
  co_return count;
}

}  // namespace

std::unique_ptr<Images> make_images(ImageParts parts, ImageSettings settings) {
  return std::make_unique<RowImages>(parts, settings);
}

}  // namespace aiva::images

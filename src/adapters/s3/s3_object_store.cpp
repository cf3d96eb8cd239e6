#include "adapters/s3/s3_object_store.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "adapters/s3/internal/disk_file.h"
#include "adapters/s3/internal/download.h"
#include "adapters/s3/internal/endpoint.h"
#include "adapters/s3/internal/file_plan.h"
#include "adapters/s3/internal/local_cache.h"
#include "adapters/s3/internal/range_reader.h"
#include "adapters/s3/internal/s3_client.h"
#include "adapters/s3/internal/s3_xml.h"
#include "adapters/s3/internal/sealed_object.h"
#include "adapters/s3/internal/upload.h"
#include "foundation/file_error.h"
#include "foundation/log.h"
#include "foundation/secret_box.h"

namespace aiva {
namespace {

namespace fs = std::filesystem;
using namespace s3;

constexpr std::chrono::hours staged_age_max{24};
constexpr std::chrono::seconds link_life_max{7 * 24 * 3600};
constexpr std::chrono::seconds check_patience{5};
constexpr std::string_view size_header = "x-amz-meta-aiva-size";

std::uint64_t number_of(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

class S3ObjectStore final : public ObjectStore {
 public:
  S3ObjectStore(S3Options options, S3Client::Parts client_parts, Endpoint endpoint,
                ThreadPool& pool, Metrics& metrics, std::unique_ptr<LocalCache> cache)
      : options_(std::move(options)),
        client_(std::move(endpoint),
                Signer({options_.access_key, options_.secret_key, options_.session_token},
                       options_.region),
                {.attempts_max = options_.attempts_max,
                 .pause = options_.pause,
                 .patience = options_.patience},
                std::move(client_parts)),
        ranges_(client_, {.prefix = options_.prefix,
                          .master_key = options_.master_key,
                          .expects_sealed = seals()}),
        pool_(pool),
        cache_(std::move(cache)),
        hits_(metrics.counter("aiva_s3_cache_hits_total",
                              "Objects that were read from the local copy")),
        misses_(metrics.counter("aiva_s3_cache_misses_total",
                                "Objects that had to be fetched from S3")) {}

  [[nodiscard]] fs::path staging_folder() const override { return options_.folder / "staging"; }

  Task<Result<void>> put_file(CallContext context, std::string key, fs::path file) override;
  Task<Result<fs::path>> local_copy(CallContext context, std::string key) override;
  Task<Result<ObjectInfo>> describe(CallContext context, std::string key) override;
  Task<Result<std::string>> read(CallContext context, std::string key, ByteRange range) override;
  Task<Result<void>> remove(CallContext context, std::string key) override;
  Task<Result<std::vector<ObjectEntry>>> list(CallContext context, std::string prefix,
                                              std::string after, std::size_t count_max) override;
  Result<std::optional<ObjectLink>> download_link(const std::string& key,
                                                  const DownloadLink& wanted) override;
  Result<std::optional<ObjectLink>> upload_link(const std::string& key, std::chrono::seconds life,
                                                std::uint64_t size) override;
  Task<Result<std::int64_t>> remove_unfinished(CallContext context) override;
  Task<Result<void>> check(CallContext context) override;

 private:
  [[nodiscard]] bool seals() const { return options_.encryption == S3Encryption::sealed; }
  [[nodiscard]] NamedValues encryption_headers() const;
  Task<Result<void>> give_up(CallContext context, UploadsPage::Upload upload);

  S3Options options_;
  S3Client client_;
  RangeReader ranges_;
  ThreadPool& pool_;
  std::unique_ptr<LocalCache> cache_;
  Counter& hits_;
  Counter& misses_;
};

NamedValues S3ObjectStore::encryption_headers() const {
  switch (options_.encryption) {
    case S3Encryption::none:
    case S3Encryption::sealed: return {};
    case S3Encryption::s3: return {{"x-amz-server-side-encryption", "AES256"}};
    case S3Encryption::kms: break;
  }
  NamedValues headers{{"x-amz-server-side-encryption", "aws:kms"}};
  if (!options_.kms_key.empty())
    headers.emplace_back("x-amz-server-side-encryption-aws-kms-key-id", options_.kms_key);
  return headers;
}

Task<Result<void>> S3ObjectStore::put_file(CallContext context, std::string key, fs::path file) {
  CO_TRY_VOID(check_object_key(key));
  TemporaryFile sealed;
  std::uint64_t plain_size = 0;
  auto prepare = [&]() -> Result<FilePlan> {
    if (seals()) {
      sealed = TemporaryFile(cache_->new_part());
      TRY_VOID(seal_file(options_.master_key, key, file, sealed.path()));
    }
    TRY(auto plain, DiskFile::open(file));
    TRY(plain_size, plain.size());
    return plan_file(seals() ? sealed.path() : file, options_.part_bytes);
  };
  auto preparing = run_on(pool_, context, prepare);
  CO_TRY(auto plan, co_await std::move(preparing));

  Upload::Target target{.key = options_.prefix + key,
                        .headers = encryption_headers(),
                        .file = seals() ? sealed.path() : file,
                        .parts_at_once = options_.parts_at_once};
  target.headers.emplace_back(hash_header, plan.sha256);
  if (seals()) target.headers.emplace_back(sealed_header, "1");
  if (seals()) target.headers.emplace_back(size_header, std::to_string(plain_size));
  Upload upload(client_, std::move(target), std::move(plan));
  auto uploading = upload.run(context);
  CO_TRY(auto etag, co_await std::move(uploading));

  // Who put it will read it soon. The object is stored, whatever becomes of the copy.
  auto keep = [&]() -> Result<void> {
    auto kept = etag.empty() ? fail(ErrorCode::unavailable, "The object has no tag")
                             : cache_->adopt(key, etag, file);
    std::error_code ignored;
    if (!kept) cache_->forget(key);
    if (!kept) fs::remove(file, ignored);
    return {};
  };
  CallContext unhurried{.home = context.home};
  auto keeping = run_on(pool_, unhurried, keep);
  auto kept = co_await std::move(keeping);
  if (!kept) log::debug("A file that was stored in S3 stays where it was");
  co_return Result<void>{};
}

Task<Result<fs::path>> S3ObjectStore::local_copy(CallContext context, std::string key) {
  CO_TRY_VOID(check_object_key(key));
  auto look = [&]() -> Result<std::optional<LocalCache::Copy>> { return cache_->find(key); };
  auto looking = run_on(pool_, context, look);
  CO_TRY(auto copy, co_await std::move(looking));

  TemporaryFile part(cache_->new_part());
  TemporaryFile opened(cache_->new_part());
  Download download(client_, pool_,
                    {.key = options_.prefix + key,
                     .etag = copy ? copy->etag : std::string(),
                     .file = part.path()});
  auto running = download.run(context);
  auto downloaded = co_await std::move(running);
  if (!downloaded && downloaded.error().code == ErrorCode::not_found) {
    auto forget = [&]() -> Result<void> {
      cache_->forget(key);
      return {};
    };
    auto forgetting = run_on(pool_, context, forget);
    CO_TRY_VOID(co_await std::move(forgetting));
  }
  if (!downloaded) co_return fail(std::move(downloaded.error()));
  if (downloaded->is_unchanged) {
    hits_.add();
    co_return copy->path;
  }
  misses_.add();
  auto adopt = [&]() -> Result<fs::path> {
    if (!downloaded->is_sealed) return cache_->adopt(key, downloaded->etag, part.path());
    TRY_VOID(open_sealed_file(options_.master_key, key, part.path(), opened.path()));
    return cache_->adopt(key, downloaded->etag, opened.path());
  };
  auto adopting = run_on(pool_, context, adopt);
  auto path = co_await std::move(adopting);
  co_return path;
}

Task<Result<ObjectInfo>> S3ObjectStore::describe(CallContext context, std::string key) {
  CO_TRY_VOID(check_object_key(key));
  S3Request request{.method = "HEAD", .key = options_.prefix + key};
  auto sending = client_.send(std::move(context), std::move(request));
  CO_TRY(auto answer, co_await std::move(sending));
  if (!answer.is_success()) co_return fail(error_of(answer));
  const auto& head = answer.response;
  co_return ObjectInfo{
      .size = number_of(head.header(is_sealed(head) ? size_header : "content-length")),
      .modified_at = parse_http_date(head.header("last-modified")).value_or(0)};
}

Task<Result<std::string>> S3ObjectStore::read(CallContext context, std::string key,
                                              ByteRange range) {
  CO_TRY_VOID(check_object_key(key));
  if (range.size > range_bytes_max) co_return fail(ErrorCode::too_large, "The range is too large");
  if (range.size == 0) {
    auto describing = describe(context, key);
    CO_TRY_VOID(co_await std::move(describing));
    co_return std::string();
  }
  auto reading = ranges_.read(std::move(context), std::move(key), range);
  auto bytes = co_await std::move(reading);
  co_return bytes;
}

Task<Result<void>> S3ObjectStore::remove(CallContext context, std::string key) {
  CO_TRY_VOID(check_object_key(key));
  S3Request request{.method = "DELETE", .key = options_.prefix + key};
  auto sending = client_.send(context, std::move(request));
  CO_TRY(auto answer, co_await std::move(sending));
  if (!answer.is_success()) {
    auto error = error_of(answer);
    if (error.code != ErrorCode::not_found) co_return fail(std::move(error));
  }
  auto forget = [&]() -> Result<void> {
    cache_->forget(key);
    return {};
  };
  auto forgetting = run_on(pool_, std::move(context), forget);
  auto forgotten = co_await std::move(forgetting);
  co_return forgotten;
}

Task<Result<std::vector<ObjectEntry>>> S3ObjectStore::list(CallContext context, std::string prefix,
                                                           std::string after,
                                                           std::size_t count_max) {
  std::vector<ObjectEntry> entries;
  std::string continuation;
  while (entries.size() < count_max) {
    auto wanted = std::min(count_max - entries.size(), options_.page_entries);
    S3Request request{.query = {{"list-type", "2"},
                                {"encoding-type", "url"},
                                {"max-keys", std::to_string(wanted)},
                                {"prefix", options_.prefix + prefix}}};
    if (!continuation.empty())
      request.query.emplace_back("continuation-token", continuation);
    else if (!after.empty())
      request.query.emplace_back("start-after", options_.prefix + after);
    auto sending = client_.send(context, std::move(request));
    CO_TRY(auto answer, co_await std::move(sending));
    if (!answer.is_success()) co_return fail(error_of(answer));
    CO_TRY(auto page, read_list_page(answer.response.body));
    for (auto& entry : page.entries) {
      // What is no key of ours was put by somebody else.
      if (!entry.key.starts_with(options_.prefix)) continue;
      entry.key.erase(0, options_.prefix.size());
      if (check_object_key(entry.key)) entries.push_back(std::move(entry));
    }
    if (page.continuation.empty()) break;
    continuation = std::move(page.continuation);
  }
  co_return entries;
}

Result<std::optional<ObjectLink>> S3ObjectStore::download_link(const std::string& key,
                                                               const DownloadLink& wanted) {
  TRY_VOID(check_object_key(key));
  if (seals()) return std::optional<ObjectLink>();
  S3Request request{.key = options_.prefix + key};
  if (!wanted.media_type.empty())
    request.query.emplace_back("response-content-type", wanted.media_type);
  if (!wanted.file_name.empty())
    request.query.emplace_back(
        "response-content-disposition",
        "attachment; filename*=UTF-8''" + encode_uri(wanted.file_name, false));
  auto life = std::clamp(wanted.life, std::chrono::seconds(1), link_life_max);
  return ObjectLink{.method = "GET", .url = client_.link(request, life), .headers = {}};
}

Result<std::optional<ObjectLink>> S3ObjectStore::upload_link(const std::string& key,
                                                             std::chrono::seconds life,
                                                             std::uint64_t size) {
  TRY_VOID(check_object_key(key));
  if (seals()) return std::optional<ObjectLink>();
  S3Request request{.method = "PUT", .key = options_.prefix + key, .headers = encryption_headers()};
  auto headers = request.headers;
  // Whoever sends it says its length anyway; signed, it can be no other.
  request.headers.emplace_back("content-length", std::to_string(size));
  life = std::clamp(life, std::chrono::seconds(1), link_life_max);
  return ObjectLink{
      .method = "PUT", .url = client_.link(request, life), .headers = std::move(headers)};
}

Task<Result<void>> S3ObjectStore::give_up(CallContext context, UploadsPage::Upload upload) {
  S3Request request{.method = "DELETE", .key = upload.key, .query = {{"uploadId", upload.id}}};
  auto sending = client_.send(std::move(context), std::move(request));
  CO_TRY(auto answer, co_await std::move(sending));
  if (!answer.is_success() && answer.response.status != 404) co_return fail(error_of(answer));
  co_return Result<void>{};
}

Task<Result<std::int64_t>> S3ObjectStore::remove_unfinished(CallContext context) {
  std::int64_t count = 0;
  auto begun_before = unix_ms_now() - options_.unfinished_age_max.count();
  UploadsPage page{.is_last = false};
  while (!page.is_last) {
    S3Request request{.query = {{"uploads", ""}, {"prefix", options_.prefix}}};
    if (!page.next_key.empty()) request.query.emplace_back("key-marker", page.next_key);
    if (!page.next_id.empty()) request.query.emplace_back("upload-id-marker", page.next_id);
    auto sending = client_.send(context, std::move(request));
    CO_TRY(auto answer, co_await std::move(sending));
    if (!answer.is_success()) co_return fail(error_of(answer));
    auto marker = page.next_key + page.next_id;
    CO_TRY(page, read_uploads_page(answer.response.body));
    if (page.next_key + page.next_id == marker) page.is_last = true;
    for (auto& upload : page.uploads) {
      if (upload.begun_at >= begun_before || !upload.key.starts_with(options_.prefix)) continue;
      auto giving_up = give_up(context, std::move(upload));
      CO_TRY_VOID(co_await std::move(giving_up));
      ++count;
    }
  }
  if (count > 0) log::info("Unfinished uploads were removed from S3", {{"uploads", count}});
  co_return count;
}

Task<Result<void>> S3ObjectStore::check(CallContext context) {
  context.deadline = std::min(context.deadline, std::chrono::steady_clock::now() + check_patience);
  S3Request request{.method = "HEAD"};
  auto sending = client_.send(std::move(context), std::move(request));
  CO_TRY(auto answer, co_await std::move(sending));
  if (answer.is_success()) co_return Result<void>{};
  if (answer.response.status == 404) answer.code = "NoSuchBucket";
  co_return fail(error_of(answer));
}

Result<void> check_options(const S3Options& options) {
  if (options.access_key.empty() || options.secret_key.empty())
    return fail(invalid_field("objects.access_key", "and objects.secret_key are required"));
  if (options.region.empty()) return fail(invalid_field("objects.region", "is required"));
  bool is_prefix =
      options.prefix.empty() ||
      (options.prefix.ends_with('/') && options.prefix.size() <= 256 &&
       check_object_key(std::string_view(options.prefix).substr(0, options.prefix.size() - 1)));
  if (!is_prefix)
    return fail(invalid_field("objects.prefix", "must be parts of [a-z0-9_.-], each with a slash"));
  if (options.master_key.size() != secret_box_key_size)
    return fail(internal_error("the object store was given no master key"));
  return {};
}

// Also removes what was staged a day ago and never put.
Result<void> make_staging(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error || ::chmod(folder.c_str(), 0700) != 0)
    return fail(file_error(error ? error.value() : errno, "create", folder));
  auto oldest = fs::file_time_type::clock::now() - staged_age_max;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    bool is_old = at->is_regular_file(ignored) && at->last_write_time(ignored) < oldest;
    if (is_old) fs::remove(at->path(), ignored);
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<ObjectStore>> make_s3_object_store(S3Options options, S3Parts parts) {
  TRY_VOID(check_options(options));
  TRY(auto endpoint,
      make_endpoint(
          {.url = options.url, .bucket = options.bucket, .path_style = options.path_style}));
  std::error_code error;
  options.folder = fs::absolute(options.folder, error);
  if (error) return fail(file_error(error.value(), "find", options.folder));
  TRY_VOID(make_staging(options.folder / "staging"));
  auto& metrics = parts.metrics;
  TRY(auto cache,
      LocalCache::open(
          options.folder / "copies",
          {.bytes_max = options.cache_bytes_max, .kept_least = options.copies_kept_least},
          metrics.gauge("aiva_s3_cache_bytes", "Bytes of local copies of objects")));
  S3Client::Parts client{
      .http = parts.http,
      .pause = std::move(parts.pause),
      .clock = parts.clock,
      .requests = metrics.counter("aiva_s3_requests_total", "Requests sent to S3"),
      .retries = metrics.counter("aiva_s3_retries_total", "Requests sent to S3 once more")};
  return std::make_unique<S3ObjectStore>(std::move(options), std::move(client), std::move(endpoint),
                                         parts.pool, metrics, std::move(cache));
}

}  // namespace aiva

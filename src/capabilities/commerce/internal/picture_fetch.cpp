#include "capabilities/commerce/internal/picture_fetch.h"

#include <algorithm>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "foundation/crypto.h"
#include "foundation/json.h"
#include "foundation/log.h"
#include "foundation/text/utf8.h"

namespace aiva::commerce {
namespace {

constexpr std::chrono::seconds fetch_time_max{30};
constexpr int redirects_max = 3;
constexpr std::size_t filename_bytes_max = 100;
constexpr std::size_t description_bytes_max = 2000;
constexpr int ok = 200;
constexpr int first_server_error = 500;
constexpr int too_many_requests = 429;
constexpr int request_timeout = 408;

// A file in the staging folder; removed with this object unless somebody took it.
class StagedPicture {
 public:
  explicit StagedPicture(std::filesystem::path path) : path_(std::move(path)) {}
  StagedPicture(const StagedPicture&) = delete;
  StagedPicture& operator=(const StagedPicture&) = delete;
  ~StagedPicture() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

FetchedPicture ended(std::string status, std::string reason) {
  return {
      .outcome = {.status = std::move(status), .image = std::nullopt, .error = std::move(reason)}};
}

// Tried again, as often as pictures are.
FetchedPicture tried(const WaitingPicture& picture, std::string reason) {
  bool is_last = picture.attempts + 1 >= picture_attempts_max;
  return ended(is_last ? "failed" : "pending", std::move(reason));
}

bool may_pass(ErrorCode code) {
  return code == ErrorCode::unavailable || code == ErrorCode::timeout ||
         code == ErrorCode::rate_limited || code == ErrorCode::internal;
}

// Where a redirect leads; empty when it leads nowhere.
std::string redirected(std::string_view from, std::string_view to) {
  if (to.starts_with("https://") || to.starts_with("http://")) return std::string(to);
  if (!to.starts_with('/')) return {};
  auto scheme = from.find("://");
  if (scheme == std::string_view::npos) return {};
  if (to.starts_with("//")) return std::string(from.substr(0, scheme + 1)) + std::string(to);
  auto path = from.find('/', scheme + 3);
  return std::string(from.substr(0, path)) + std::string(to);
}

std::string media_type(const HttpResponse& response) {
  auto value = response.header("content-type");
  std::string type(value.substr(0, value.find(';')));
  std::erase(type, ' ');
  std::ranges::transform(type, type.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return type;
}

// The last part of the address, as far as it is a plain name.
std::string filename_of(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  url = url.substr(url.rfind('/') + 1);
  std::string name;
  for (char c : url.substr(0, filename_bytes_max)) {
    bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '.' || c == '-' || c == '_';
    name += is_plain ? c : '_';
  }
  return name.empty() ? "picture" : name;
}

std::string description_of(const WaitingPicture& picture) {
  auto text = picture.title;
  if (!picture.alt.empty() && picture.alt != picture.title) text += ". " + picture.alt;
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; }, ' ');
  return std::string(utf8_prefix(text, description_bytes_max));
}

Result<void> write_file(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) return fail(ErrorCode::unavailable, "A picture cannot be stored", path.string());
  return {};
}

Task<Result<HttpResponse>> get(CallContext context, const Core& core, std::string url) {
  for (int redirects = 0; redirects <= redirects_max; ++redirects) {
    HttpRequest request{.url = url,
                        .timeout = fetch_time_max,
                        .response_bytes_max = static_cast<std::size_t>(images::image_bytes_max),
                        .may_reach_private_addresses = core.settings.allow_private_hosts};
    request.headers = {{"Accept", "image/*"}, {"Accept-Encoding", "identity"}};
    auto sending = core.parts.http.send(context, std::move(request));
    CO_TRY(auto response, co_await std::move(sending));
    bool is_redirect = response.status == 301 || response.status == 302 || response.status == 303 ||
                       response.status == 307 || response.status == 308;
    if (!is_redirect) co_return response;
    url = redirected(url, response.header("location"));
    if (url.empty()) co_return fail(ErrorCode::invalid, "The picture's address leads nowhere");
  }
  co_return fail(ErrorCode::invalid, "The picture's address leads from one to the next");
}

// Nothing when the answer is a picture; else what becomes of it.
std::optional<FetchedPicture> refuse(const WaitingPicture& picture, const HttpResponse& response) {
  bool is_transient = response.status >= first_server_error ||
                      response.status == too_many_requests || response.status == request_timeout;
  auto answer = "The shop answered " + std::to_string(response.status);
  if (is_transient) return tried(picture, std::move(answer));
  if (response.status != ok) return ended("failed", std::move(answer));
  if (response.body.empty()) return ended("failed", "The picture is empty");
  auto type = media_type(response);
  if (type == "image/svg+xml") return ended("skipped", "Drawings are not kept");
  bool is_picture =
      type.empty() || type.starts_with("image/") || type == "application/octet-stream";
  if (!is_picture) return ended("failed", "It is no picture");
  return std::nullopt;
}

FetchedPicture outcome_of(const WaitingPicture& picture, Result<images::AddedImage> added) {
  if (added) return {.outcome = {.status = "completed", .image = added->image.id, .error = {}}};
  auto error = std::move(added.error());
  bool stops = error.code == ErrorCode::quota_exceeded || error.code == ErrorCode::conflict ||
               error.code == ErrorCode::not_found;
  if (stops) return {.outcome = {.status = "pending"}, .stop = std::move(error)};
  if (may_pass(error.code)) return tried(picture, std::move(error.message));
  return ended("failed", std::move(error.message));
}

}  // namespace

Task<Result<FetchedPicture>> fetch_picture(CallContext context, const Core& core,
                                           const Store& store, WaitingPicture picture) {
  auto getting = get(context, core, picture.source_url);
  auto response = co_await std::move(getting);
  CO_TRY_VOID(context.check());
  if (!response && may_pass(response.error().code))
    co_return tried(picture, std::move(response.error().message));
  if (!response) co_return ended("failed", std::move(response.error().message));
  if (auto refused = refuse(picture, *response)) co_return std::move(*refused);
  StagedPicture staged(core.parts.objects.staging_folder() / ("picture-" + random_token(16)));
  json::Object metadata{{"product_id", picture.product.to_string()},
                        {"store_id", store.id.to_string()}};
  images::NewImage image{.filename = filename_of(picture.source_url),
                         .staged_path = staged.path(),
                         .size_bytes = static_cast<std::int64_t>(response->body.size()),
                         .description = description_of(picture),
                         .metadata = json::to_text(metadata)};
  auto keep_file = [&]() -> Result<void> {
    image.content_sha256 = to_hex(sha256(response->body));
    return write_file(staged.path(), response->body);
  };
  auto keeping = run_on(core.parts.compute, context, keep_file);
  auto kept = co_await std::move(keeping);
  CO_TRY_VOID(context.check());
  if (!kept) co_return tried(picture, std::move(kept.error().message));
  auto adding = core.parts.images.add(context, store.knowledge_base, std::move(image));
  auto added = co_await std::move(adding);
  CO_TRY_VOID(context.check());
  co_return outcome_of(picture, std::move(added));
}

}  // namespace aiva::commerce

#include "capabilities/crawl/internal/fetcher.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>

#include "foundation/crypto.h"

namespace aiva::crawl {
namespace {

constexpr int redirects_max = 5;

std::string lower_media_type(std::string_view value) {
  value = value.substr(0, value.find(';'));
  while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  std::string out(value);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

StagedFile::~StagedFile() {
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

Task<Result<Fetched>> Fetcher::fetch(CallContext context, FetchRequest request) {
  context.deadline =
      std::min(context.deadline, std::chrono::steady_clock::now() + settings_.page_time_max);
  auto url = request.url;
  for (int redirects = 0; redirects <= redirects_max; ++redirects) {
    std::string location;
    auto fetching = fetch_once(context, request, url, location);
    CO_TRY(auto fetched, co_await std::move(fetching));
    if (!is_redirect(fetched.status) || location.empty()) co_return fetched;
    auto next = resolve(url, location);
    if (!next) co_return fail(ErrorCode::invalid, "The address leads to nowhere");
    if (request.check_redirect) CO_TRY_VOID(request.check_redirect(*next));
    url = std::move(*next);
  }
  co_return fail(ErrorCode::invalid, "The address leads from one to the next without end");
}

Task<Result<Fetched>> Fetcher::fetch_once(CallContext context, const FetchRequest& request,
                                          WebUrl url, std::string& location) {
  HttpRequest get{.url = url.text(),
                  .timeout = settings_.page_time_max,
                  .response_bytes_max = static_cast<std::size_t>(request.bytes_max) + 1,
                  .may_reach_private_addresses = settings_.allow_private_hosts};
  get.headers = {{"User-Agent", settings_.user_agent},
                 {"Accept", "text/html, application/xhtml+xml, application/pdf, */*;q=0.8"},
                 {"Accept-Encoding", "identity"}};
  auto opening = parts_.http.open(context, std::move(get));
  CO_TRY(auto stream, co_await std::move(opening));
  const auto& head = stream->head();
  Fetched fetched{.url = std::move(url), .status = head.status};
  fetched.content_type = lower_media_type(head.header("content-type"));
  location = std::string(head.header("location"));
  if (is_redirect(head.status) && !location.empty()) co_return fetched;
  auto encoding = lower_media_type(head.header("content-encoding"));
  if (!encoding.empty() && encoding != "identity")
    co_return fail(ErrorCode::invalid, "The site answers packed although it was asked not to");
  auto saving = save_body(context, *stream, request, fetched);
  CO_TRY_VOID(co_await std::move(saving));
  co_return fetched;
}

Task<Result<void>> Fetcher::save_body(CallContext context, HttpStream& stream,
                                      const FetchRequest& request, Fetched& fetched) {
  fetched.file = StagedFile(parts_.objects.staging_folder() / ("crawl-" + random_token(16)));
  std::ofstream output(fetched.file.path(), std::ios::binary);
  Sha256 hash;
  for (;;) {
    auto reading = stream.next(context);
    auto piece = co_await std::move(reading);
    bool is_cut = !piece && piece.error().code == ErrorCode::too_large && request.may_be_cut;
    if (!piece && !is_cut) co_return fail(std::move(piece.error()));
    if (is_cut) fetched.is_whole = false;
    if (is_cut || !*piece) break;
    auto bytes = std::string_view(**piece);
    auto room = request.bytes_max - fetched.size_bytes;
    if (static_cast<std::int64_t>(bytes.size()) > room) {
      if (!request.may_be_cut)
        co_return fail(ErrorCode::too_large,
                       "The page has more than " + std::to_string(request.bytes_max) + " bytes");
      bytes = bytes.substr(0, static_cast<std::size_t>(room));
      fetched.is_whole = false;
    }
    output.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    hash.update(bytes);
    fetched.size_bytes += static_cast<std::int64_t>(bytes.size());
    if (!fetched.is_whole) break;
  }
  output.close();
  if (!output) co_return fail(ErrorCode::unavailable, "The page cannot be stored");
  fetched.content_sha256 = to_hex(hash.finish());
  co_return Result<void>{};
}

Result<std::string> Fetcher::read_text(const Fetched& fetched) {
  std::ifstream input(fetched.file.path(), std::ios::binary);
  if (!input) return fail(ErrorCode::unavailable, "The page cannot be read again");
  return std::string(std::istreambuf_iterator<char>(input), std::istreambuf_iterator<char>());
}

}  // namespace aiva::crawl

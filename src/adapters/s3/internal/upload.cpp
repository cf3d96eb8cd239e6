#include "adapters/s3/internal/upload.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "adapters/s3/internal/s3_xml.h"
#include "foundation/both.h"
#include "foundation/log.h"

namespace aiva::s3 {
namespace {

constexpr std::chrono::seconds give_up_patience{15};

}  // namespace

HttpFileBody Upload::body_of(const FilePlan::Part& part) const {
  return {.path = target_.file, .offset = part.offset, .size = part.size};
}

Task<Result<std::string>> Upload::run(CallContext context) {
  auto putting = plan_.parts.size() == 1 ? put_whole(context) : put_parts(context);
  auto etag = co_await std::move(putting);
  co_return etag;
}

Task<Result<std::string>> Upload::put_whole(CallContext context) {
  const auto& part = plan_.parts.front();
  S3Request request{.method = "PUT",
                    .key = target_.key,
                    .headers = target_.headers,
                    .file = body_of(part),
                    .file_hash = part.sha256};
  auto sending = client_.send(std::move(context), std::move(request));
  CO_TRY(auto answer, co_await std::move(sending));
  if (!answer.is_success()) co_return fail(error_of(answer));
  co_return std::string(answer.response.header("etag"));
}

Task<Result<std::string>> Upload::put_parts(CallContext context) {
  S3Request request{
      .method = "POST", .key = target_.key, .query = {{"uploads", ""}}, .headers = target_.headers};
  auto sending = client_.send(context, std::move(request));
  CO_TRY(auto answer, co_await std::move(sending));
  if (!answer.is_success()) co_return fail(error_of(answer));
  CO_TRY(id_, read_upload_id(answer.response.body));

  etags_.resize(plan_.parts.size());
  std::vector<Task<Result<void>>> workers;
  auto count = std::clamp<std::size_t>(target_.parts_at_once, 1, plan_.parts.size());
  for (std::size_t i = 0; i < count; ++i) workers.push_back(put_next_parts(context));
  auto working = all(std::move(workers));
  auto outcomes = co_await std::move(working);

  std::optional<Error> failure;
  for (auto& outcome : outcomes)
    if (!outcome && !failure) failure = std::move(outcome.error());
  if (!failure) {
    auto completing = complete(context);
    auto etag = co_await std::move(completing);
    if (etag) co_return etag;
    failure = std::move(etag.error());
  }
  auto giving_up = give_up(std::move(context));
  auto given_up = co_await std::move(giving_up);
  if (!given_up) log::debug("Parts of an upload stay until they are swept");
  co_return fail(std::move(*failure));
}

// Sends the next part that nobody has taken, until there is none or one has failed.
Task<Result<void>> Upload::put_next_parts(CallContext context) {
  while (!has_failed_) {
    auto index = next_part_++;
    if (index >= plan_.parts.size()) break;
    auto putting = put_part(context, index);
    auto put = co_await std::move(putting);
    if (put) continue;
    has_failed_ = true;
    co_return put;
  }
  co_return Result<void>{};
}

Task<Result<void>> Upload::put_part(CallContext context, std::size_t index) {
  const auto& part = plan_.parts[index];
  S3Request request{.method = "PUT",
                    .key = target_.key,
                    .query = {{"partNumber", std::to_string(index + 1)}, {"uploadId", id_}},
                    .file = body_of(part),
                    .file_hash = part.sha256};
  auto sending = client_.send(std::move(context), std::move(request));
  CO_TRY(auto answer, co_await std::move(sending));
  if (!answer.is_success()) co_return fail(error_of(answer));
  etags_[index] = answer.response.header("etag");
  if (etags_[index].empty())
    co_return fail(ErrorCode::unavailable, "The object store's answer is malformed", "no ETag");
  co_return Result<void>{};
}

Task<Result<std::string>> Upload::complete(CallContext context) {
  S3Request request{.method = "POST",
                    .key = target_.key,
                    .query = {{"uploadId", id_}},
                    .headers = {{"content-type", "application/xml"}},
                    .body = write_parts(etags_)};
  auto sending = client_.send(context, std::move(request));
  CO_TRY(auto answer, co_await std::move(sending));
  if (!answer.is_success() && answer.code != "NoSuchUpload") co_return fail(error_of(answer));
  auto finding = find_completed(std::move(context), std::move(answer));
  auto etag = co_await std::move(finding);
  co_return etag;
}

Task<Result<std::string>> Upload::find_completed(CallContext context, S3Answer answer) {
  S3Request request{.method = "HEAD", .key = target_.key};
  auto sending = client_.send(std::move(context), std::move(request));
  CO_TRY(auto head, co_await std::move(sending));
  bool is_ours = head.is_success() && head.response.header(hash_header) == plan_.sha256;
  if (is_ours) co_return std::string(head.response.header("etag"));
  if (!answer.is_success()) co_return fail(error_of(answer));
  // Another put of the key came later; this one has happened, too.
  co_return std::string();
}

Task<Result<void>> Upload::give_up(CallContext context) {
  // The caller's own end shall not leave parts behind.
  context.cancellation = {};
  context.deadline = std::chrono::steady_clock::now() + give_up_patience;
  S3Request request{.method = "DELETE", .key = target_.key, .query = {{"uploadId", id_}}};
  auto sending = client_.send(std::move(context), std::move(request));
  CO_TRY(auto answer, co_await std::move(sending));
  if (!answer.is_success() && answer.response.status != 404) co_return fail(error_of(answer));
  co_return Result<void>{};
}

}  // namespace aiva::s3

#include "adapters/s3/internal/download.h"

#include <charconv>
#include <utility>

#include "adapters/s3/internal/range_reader.h"
#include "adapters/s3/internal/upload.h"

namespace aiva::s3 {
namespace {

constexpr std::size_t write_bytes = 512 * 1024;
constexpr int breaks_max = 5;  // in a row, without a byte in between

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool may_go_on(const Error& error) {
  return error.code == ErrorCode::unavailable || error.code == ErrorCode::timeout;
}

}  // namespace

Task<Result<Downloaded>> Download::run(CallContext context) {
  for (int breaks = 0; breaks < breaks_max;) {
    auto beginning = begin(context);
    CO_TRY_VOID(co_await std::move(beginning));
    if (out_.is_unchanged) co_return out_;
    auto before = size_;
    auto reading = read(context, *body_);
    auto read_all = co_await std::move(reading);
    body_.reset();
    auto keeping = keep(context);
    CO_TRY_VOID(co_await std::move(keeping));
    if (read_all && size_ == wanted_size_.value_or(size_)) break;
    if (!read_all && !may_go_on(read_all.error())) co_return fail(std::move(read_all.error()));
    CO_TRY_VOID(context.check());
    breaks = size_ > before ? 0 : breaks + 1;
  }
  CO_TRY_VOID(verify());
  co_return out_;
}

// Opens the object from where the file ends.
Task<Result<void>> Download::begin(CallContext context) {
  S3Request request{.key = source_.key};
  if (out_.etag.empty()) {
    auto work = [this] { return restart(); };
    auto restarting = run_on(pool_, context, work);
    CO_TRY_VOID(co_await std::move(restarting));
  }
  bool goes_on = size_ > 0;
  if (goes_on) {
    request.headers.emplace_back("range", "bytes=" + std::to_string(size_) + "-");
    request.headers.emplace_back("if-match", out_.etag);
  } else if (!source_.etag.empty()) {
    request.headers.emplace_back("if-none-match", source_.etag);
  }
  auto opening = client_.open(context, std::move(request));
  CO_TRY(auto stream, co_await std::move(opening));
  auto status = stream.answer.response.status;
  out_.is_unchanged = !goes_on && status == 304;
  if (out_.is_unchanged) co_return Result<void>{};
  auto begins = "bytes " + std::to_string(size_) + "-";
  bool fits = status == 206 && stream.answer.response.header("content-range").starts_with(begins);
  bool has_changed = goes_on && (status == 412 || status == 416 || (stream.body && !fits));
  if (has_changed) {
    auto work = [this] { return restart(); };
    auto restarting = run_on(pool_, context, work);
    CO_TRY_VOID(co_await std::move(restarting));
    if (status == 200) {
      learn(stream.answer.response);
      body_ = std::move(stream.body);
      co_return Result<void>{};
    }
    auto again = begin(std::move(context));
    auto begun = co_await std::move(again);
    co_return begun;
  }
  if (!stream.body) co_return fail(error_of(stream.answer));
  if (!goes_on) learn(stream.answer.response);
  body_ = std::move(stream.body);
  co_return Result<void>{};
}

void Download::learn(const HttpResponse& head) {
  out_.etag = head.header("etag");
  out_.is_sealed = s3::is_sealed(head);
  wanted_hash_ = head.header(hash_header);
  wanted_size_ = number(head.header("content-length"));
}

Task<Result<void>> Download::read(CallContext context, HttpStream& body) {
  for (;;) {
    auto reading = client_.next(context, body);
    CO_TRY(auto piece, co_await std::move(reading));
    if (!piece) co_return Result<void>{};
    pending_ += *piece;
    if (pending_.size() < write_bytes) continue;
    auto keeping = keep(context);
    CO_TRY_VOID(co_await std::move(keeping));
  }
}

Task<Result<void>> Download::keep(CallContext context) {
  auto work = [this] { return write(std::exchange(pending_, {})); };
  auto writing = run_on(pool_, std::move(context), work);
  auto written = co_await std::move(writing);
  co_return written;
}

Result<void> Download::write(std::string_view bytes) {
  if (!target_) {
    TRY(target_, DiskFile::create(source_.file));
  }
  TRY_VOID(target_->write(bytes));
  hash_.update(bytes);
  size_ += bytes.size();
  return {};
}

Result<void> Download::restart() {
  if (target_) TRY_VOID(target_->clear());
  hash_ = Sha256();
  size_ = 0;
  pending_.clear();
  return {};
}

Result<void> Download::verify() {
  if (size_ != wanted_size_.value_or(size_))
    return fail(ErrorCode::unavailable,
                "The connection to the object store breaks again and again");
  if (!wanted_hash_.empty() && to_hex(hash_.finish()) != wanted_hash_)
    return fail(ErrorCode::unavailable, "The object store gives other bytes than were put",
                source_.key);
  return {};
}

}  // namespace aiva::s3

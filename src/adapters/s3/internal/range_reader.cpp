#include "adapters/s3/internal/range_reader.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "adapters/s3/internal/sealed_object.h"

namespace aiva::s3 {
namespace {

constexpr int changes_max = 3;  // how often an object may be replaced while it is read

std::string range_of(ByteRange range) {
  return "bytes=" + std::to_string(range.offset) + "-" +
         std::to_string(range.offset + range.size - 1);
}

}  // namespace

bool is_sealed(const HttpResponse& head) { return head.header(sealed_header) == "1"; }

// Bytes as they are stored, of the object with that tag unless it is empty. None behind its end.
Task<Result<RangeReader::StoredBytes>> RangeReader::read_stored(CallContext context,
                                                                std::string key, ByteRange range,
                                                                std::string etag) {
  S3Request request{.key = settings_.prefix + key, .headers = {{"range", range_of(range)}}};
  if (!etag.empty()) request.headers.emplace_back("if-match", etag);
  auto opening = client_.open(context, std::move(request));
  CO_TRY(auto stream, co_await std::move(opening));
  StoredBytes out{.head = stream.answer.response, .bytes = {}};
  if (out.head.status == 416) co_return out;
  if (!stream.body) co_return fail(error_of(stream.answer));
  // A server that knows no ranges sends all of it.
  auto skipped = out.head.status == 206 ? 0 : range.offset;
  while (out.bytes.size() < range.size) {
    auto reading = client_.next(context, *stream.body);
    CO_TRY(auto piece, co_await std::move(reading));
    if (!piece) break;
    auto skip = std::min<std::uint64_t>(skipped, piece->size());
    skipped -= skip;
    out.bytes += piece->substr(static_cast<std::size_t>(skip));
  }
  if (out.bytes.size() > range.size) out.bytes.resize(range.size);
  co_return out;
}

Task<Result<std::string>> RangeReader::read_sealed(CallContext context, std::string key,
                                                   ByteRange range, StoredBytes header) {
  CO_TRY(auto object, SealedObject::read(settings_.master_key, key, header.bytes));
  auto wanted = object.stored_range(range);
  if (wanted.size == 0) co_return std::string();
  auto reading =
      read_stored(std::move(context), key, wanted, std::string(header.head.header("etag")));
  CO_TRY(auto stored, co_await std::move(reading));
  co_return object.open_range(range, stored.bytes);
}

Task<Result<std::string>> RangeReader::read_once(CallContext context, std::string key,
                                                 ByteRange range) {
  constexpr ByteRange header_range{.offset = 0, .size = seal_header_bytes};
  auto first = settings_.expects_sealed ? header_range : range;
  auto reading = read_stored(context, key, first, {});
  CO_TRY(auto stored, co_await std::move(reading));
  // Not even the range of a header is there: empty, and put before anything was sealed.
  if (settings_.expects_sealed && stored.head.status == 416) co_return std::string();
  if (!is_sealed(stored.head) && stored.head.status != 416) {
    if (!settings_.expects_sealed) co_return std::move(stored.bytes);
    auto plainly = read_stored(std::move(context), key, range, {});
    CO_TRY(auto plain, co_await std::move(plainly));
    co_return std::move(plain.bytes);
  }
  if (!settings_.expects_sealed) {
    auto again = read_stored(context, key, header_range, {});
    CO_TRY(stored, co_await std::move(again));
    if (!is_sealed(stored.head)) co_return std::string();  // the range lies behind the end
  }
  auto opening = read_sealed(std::move(context), key, range, std::move(stored));
  auto bytes = co_await std::move(opening);
  co_return bytes;
}

Task<Result<std::string>> RangeReader::read(CallContext context, std::string key, ByteRange range) {
  for (int changes = 1;; ++changes) {
    auto reading = read_once(context, key, range);
    auto bytes = co_await std::move(reading);
    bool is_replaced = !bytes && bytes.error().code == ErrorCode::conflict;
    if (!is_replaced || changes >= changes_max) co_return bytes;
  }
}

}  // namespace aiva::s3

#include "adapters/docworker/reading.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "foundation/log.h"
#include "foundation/text/utf8.h"

namespace aiva {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int status_patience_min = 250;  // milliseconds
constexpr int status_patience_max = 2000;
constexpr std::size_t title_bytes_max = 300;
constexpr std::chrono::seconds conversion_seconds_max{120};
constexpr std::chrono::seconds reply_patience{10};  // a child that waits for it takes it at once
constexpr const char* broken_message =
    "The document could not be read: it is damaged, or made to harm its reader";

int milliseconds_until(Clock::time_point time) {
  auto left = std::chrono::ceil<milliseconds>(time - Clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 3'600'000));
}

}  // namespace

Reading::Reading(const CallContext& context, const DocumentSink& sink, Limits limits,
                 const Conversion& conversion)
    : context_(context),
      sink_(sink),
      limits_(std::move(limits)),
      conversion_(conversion),
      conversion_left_(limits_.wall_timeout),
      wall_deadline_(Clock::now() + limits_.wall_timeout),
      wake_up_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Result<DocumentSummary> Reading::follow(ChildLink link) {
  is_worker_lost_ = false;
  decoder_ = documents::RecordDecoder();
  so_far_ = {};
  replies_ = link.replies.number();
  legacy_bytes_.clear();
  auto wake = [this] { eventfd_write(wake_up_.number(), 1); };
  std::stop_callback on_cancel(context_.cancellation, wake);
  std::stop_callback on_shutdown(limits_.shutdown, wake);
  for (;;) {
    TRY(auto woken, wait(link.results.number()));
    if (woken == Wake::wall_timeout)
      return end_early(
          {.code = ErrorCode::timeout, .message = "Reading the document took too long"});
    TRY(bool has_more, take_bytes(link.results.number()));
    auto handled = handle_records();
    if (!handled) return fail(std::move(handled).error());
    if (outcome_) return std::move(*outcome_);
    if (!has_more) return end_by_status(link.leash.number());
  }
}

Result<Reading::Wake> Reading::wait(int results) {
  auto until = std::min(wall_deadline_, context_.deadline);
  std::array<pollfd, 2> waits = {pollfd{.fd = results, .events = POLLIN, .revents = 0},
                                 pollfd{.fd = wake_up_.number(), .events = POLLIN, .revents = 0}};
  for (;;) {
    int ready = poll(waits.data(), waits.size(), milliseconds_until(until));
    if (ready < 0 && errno != EINTR)
      return fail(internal_error(std::string("poll: ") + std::strerror(errno)));
    if (limits_.shutdown.stop_requested())
      return fail(ErrorCode::cancelled, "The server is shutting down");
    TRY_VOID(context_.check());
    if (Clock::now() >= wall_deadline_) return Wake::wall_timeout;
    if (ready > 0 && waits[0].revents != 0) return Wake::bytes;
  }
}

// Says false at the end of the pipe.
Result<bool> Reading::take_bytes(int results) {
  std::array<char, 64 * 1024> piece;
  ssize_t count = 0;
  do count = ::read(results, piece.data(), piece.size());
  while (count < 0 && errno == EINTR);
  if (count < 0) return fail(internal_error(std::string("read: ") + std::strerror(errno)));
  decoder_.feed({piece.data(), static_cast<std::size_t>(count)});
  return count > 0;
}

Result<void> Reading::handle_records() {
  for (;;) {
    auto record = decoder_.next();
    if (!record) {
      outcome_ = end_early({.code = ErrorCode::invalid,
                            .message = broken_message,
                            .cause = std::move(record).error().cause});
      return {};
    }
    if (!*record) return {};
    auto& content = **record;
    if (auto* started = std::get_if<documents::Started>(&content)) {
      so_far_.format = started->format;
    } else if (auto* blocks = std::get_if<std::vector<Block>>(&content)) {
      TRY_VOID(deliver(std::move(*blocks)));
    } else if (auto* progress = std::get_if<documents::Progress>(&content)) {
      TRY_VOID(deliver(*progress));
    } else if (auto* piece = std::get_if<documents::FilePiece>(&content)) {
      TRY_VOID(deliver(*piece));
    } else if (auto* legacy = std::get_if<documents::ConversionPiece>(&content)) {
      TRY_VOID(convert(std::move(*legacy)));
    } else if (auto* summary = std::get_if<DocumentSummary>(&content)) {
      outcome_ = std::move(*summary);
    } else {
      outcome_ = fail(std::move(std::get<Error>(content)));
    }
  }
}

Result<void> Reading::deliver(std::vector<Block> blocks) {
  has_blocks_ = true;
  auto heading = std::ranges::find(blocks, BlockKind::heading, &Block::kind);
  if (so_far_.title.empty() && heading != blocks.end())
    so_far_.title = utf8_prefix(heading->text, title_bytes_max);
  auto begin = Clock::now();
  auto taken = sink_.blocks(std::move(blocks));
  wall_deadline_ += Clock::now() - begin;
  return taken;
}

Result<void> Reading::deliver(const documents::Progress& progress) {
  so_far_.pages_read = progress.pages_read;
  so_far_.pages = progress.pages;
  if (!sink_.progress) return {};
  auto begin = Clock::now();
  auto taken = sink_.progress(progress.pages_read, progress.pages);
  wall_deadline_ += Clock::now() - begin;
  return taken;
}

Result<void> Reading::deliver(const documents::FilePiece& piece) {
  if (!sink_.file) return {};
  has_blocks_ = true;  // something came: another try would deliver it twice
  auto begin = Clock::now();
  auto taken = sink_.file(piece.file, piece.bytes, piece.is_last);
  wall_deadline_ += Clock::now() - begin;
  return taken;
}

// The child waits meanwhile; its own time stands still.
Result<void> Reading::convert(documents::ConversionPiece piece) {
  legacy_bytes_ += piece.bytes;
  if (!piece.is_last) return {};
  auto begin = Clock::now();
  auto bytes = std::exchange(legacy_bytes_, {});
  auto seconds =
      std::min(std::chrono::floor<std::chrono::seconds>(conversion_left_), conversion_seconds_max);
  Result<documents::Converted> converted =
      fail(ErrorCode::timeout, "Converting the documents inside of it took too long");
  if (seconds.count() > 0)
    converted = conversion_.convert(piece.format, bytes,
                                    {.context = context_,
                                     .shutdown = limits_.shutdown,
                                     .wake_up = wake_up_.number(),
                                     .seconds_max = seconds});
  if (!converted) {
    TRY_VOID(context_.check());
    if (converted.error().code == ErrorCode::cancelled) return fail(converted.error());
    log::info("a document was not converted",
              {{"reason", converted.error().message}, {"cause", converted.error().cause}});
  }
  auto replied = reply(documents::encode_reply(converted));
  auto elapsed = std::chrono::ceil<milliseconds>(Clock::now() - begin);
  conversion_left_ -= std::min(elapsed, conversion_left_);
  wall_deadline_ += elapsed;
  return replied;
}

// A child that has ended or does not listen is noticed by those who wait for its records.
Result<void> Reading::reply(std::string_view bytes) {
  auto patience = Clock::now() + reply_patience;
  while (!bytes.empty()) {
    std::array<pollfd, 2> waits = {pollfd{.fd = replies_, .events = POLLOUT, .revents = 0},
                                   pollfd{.fd = wake_up_.number(), .events = POLLIN, .revents = 0}};
    (void)poll(waits.data(), waits.size(), milliseconds_until(patience));
    if (limits_.shutdown.stop_requested())
      return fail(ErrorCode::cancelled, "The server is shutting down");
    TRY_VOID(context_.check());
    auto sent = ::send(replies_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    bool may_go_on = sent >= 0 || errno == EINTR || errno == EAGAIN;
    if (!may_go_on || Clock::now() >= patience) return {};
    bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
  }
  return {};
}

// What came is kept; a document of which nothing came is a failure.
Result<DocumentSummary> Reading::end_early(Error error) {
  if (!has_blocks_) return fail(std::move(error));
  log::warn(
      "a document was read in part",
      {{"reason", error.message}, {"cause", error.cause}, {"pages_read", so_far_.pages_read}});
  so_far_.pages = std::max(so_far_.pages, 1);
  so_far_.pages_read = std::min(so_far_.pages_read, so_far_.pages - 1);
  so_far_.partial_reason = std::move(error.message);
  return so_far_;
}

// The child closed its pipe without a last record: how did it end?
Result<DocumentSummary> Reading::end_by_status(int leash) {
  pollfd wait{.fd = leash, .events = POLLIN, .revents = 0};
  int status = 0;
  // The memory of a large child takes a while to go; but the document's time is not exceeded by it.
  int patience =
      std::clamp(milliseconds_until(wall_deadline_), status_patience_min, status_patience_max);
  bool is_told =
      poll(&wait, 1, patience) > 0 && ::read(leash, &status, sizeof status) == sizeof status;
  if (!is_told) {
    is_worker_lost_ = true;
    return end_early({.code = ErrorCode::unavailable,
                      .message = "The document worker ended while it was reading"});
  }
  if (WIFEXITED(status))
    return end_early({.code = ErrorCode::unavailable,
                      .message = "The document worker could not read the document",
                      .cause = "exit code " + std::to_string(WEXITSTATUS(status))});
  int signal = WTERMSIG(status);
  auto cause = "ended by signal " + std::to_string(signal);
  if (signal == SIGXCPU || signal == SIGKILL)
    return end_early({.code = ErrorCode::timeout,
                      .message = "Reading the document took too much computing time",
                      .cause = std::move(cause)});
  return end_early(
      {.code = ErrorCode::invalid, .message = broken_message, .cause = std::move(cause)});
}

}  // namespace aiva

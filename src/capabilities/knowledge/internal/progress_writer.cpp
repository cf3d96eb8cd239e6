#include "capabilities/knowledge/internal/progress_writer.h"

#include <exception>
#include <optional>
#include <utility>

namespace aiva::knowledge {
namespace {

constexpr std::chrono::milliseconds write_spacing{250};

std::unexpected<Error> lost() {
  return fail(ErrorCode::conflict, "Somebody else has taken over the document");
}

}  // namespace

ProgressWriter::ProgressWriter(Database& database, const Clock& clock, DocumentEvents* events,
                               TenantId tenant, DocumentId document, std::int64_t generation)
    : database_(database),
      clock_(clock),
      events_(events),
      tenant_(tenant),
      document_(document),
      generation_(generation) {}

Task<Result<void>> ProgressWriter::tell(CallContext context, Progress progress) {
  {
    std::lock_guard lock(mutex_);
    last_write_ = clock_.steady();
  }
  auto task = write_row(std::move(context), std::move(progress));
  auto outcome = co_await std::move(task);
  co_return outcome;
}

Task<Result<void>> ProgressWriter::tell_sometimes(CallContext context, Progress progress) {
  if (is_too_soon()) co_return Result<void>{};
  auto task = tell(std::move(context), std::move(progress));
  auto outcome = co_await std::move(task);
  co_return outcome;
}

Result<void> ProgressWriter::note(const CallContext& context, const Progress& progress) {
  auto flight = std::make_shared<Flight>();
  {
    std::lock_guard lock(mutex_);
    if (is_lost_) return lost();
    if (running_ || clock_.steady() < last_write_ + write_spacing) return {};
    last_write_ = clock_.steady();
    running_ = flight;
  }
  auto write_context = context;
  write_context.home = nullptr;
  start(write_row(write_context, progress),
        [self = shared_from_this(), flight](std::exception_ptr, std::optional<Result<void>>) {
          {
            std::lock_guard lock(self->mutex_);
            self->running_ = nullptr;
          }
          flight->land({});
        });
  return {};
}

Task<void> ProgressWriter::settle(CallContext context) {
  std::shared_ptr<Flight> flight;
  {
    std::lock_guard lock(mutex_);
    flight = running_;
  }
  if (!flight) co_return;
  auto waiting = flight->wait(context.home);
  auto ignored = co_await waiting;
  (void)ignored;
}

bool ProgressWriter::is_too_soon() const {
  std::lock_guard lock(mutex_);
  return clock_.steady() < last_write_ + write_spacing;
}

Task<Result<void>> ProgressWriter::write_row(CallContext context, Progress progress) {
  auto now = clock_.unix_ms();
  auto writing = write(database_, context, [this, &progress, now](SqlSession& sql) {
    return DocumentsTable(sql).tell(tenant_, document_, generation_, progress, now);
  });
  CO_TRY(auto is_ours, co_await std::move(writing));
  if (!is_ours) {
    std::lock_guard lock(mutex_);
    is_lost_ = true;
    co_return lost();
  }
  if (events_ != nullptr) events_->publish(document_);
  co_return Result<void>{};
}

}  // namespace aiva::knowledge

#include "capabilities/voice/recordings.h"

#include <condition_variable>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>

#include "capabilities/voice/internal/detached_work.h"
#include "capabilities/voice/internal/recorder.h"
#include "capabilities/voice/internal/recording_file.h"
#include "capabilities/voice/internal/recordings_table.h"
#include "foundation/log.h"
#include "foundation/thread_pool.h"

namespace aiva::voice {
namespace {

using Progress = std::shared_ptr<RecordingProgress>;  // shared by its call and the disk's thread

constexpr std::size_t files_at_once = 1'000;
constexpr int rows_at_once = 100;
constexpr int forgotten_at_once = 500;
constexpr std::int64_t day_ms = 24LL * 3600 * 1000;

Error no_recording() { return {.code = ErrorCode::not_found, .message = "There is no recording"}; }

// What became of a recording on the disk.
enum class Written { nothing, a_part, whole };

// On the disk's thread, once nothing more is to be written.
Written close(RecordingProgress& progress, std::uint64_t frames) {
  bool is_whole = !progress.has_failed && !progress.has_gaps;
  auto finished = progress.file.finish(is_whole ? std::optional(frames) : std::nullopt);
  if (finished) return is_whole ? Written::whole : Written::a_part;
  log::failure("A call was not recorded", {}, finished.error());
  progress.file.remove();
  return Written::nothing;
}

// A file that somebody left behind.
enum class Adopted { not_ours, empty, cut_off, whole };

// On the disk's thread.
Result<Adopted> adopt(RecordingFile& file, bool is_wanted) {
  auto is_ours = file.adopt();
  if (!is_ours && is_ours.error().code != ErrorCode::invalid)
    return fail(std::move(is_ours.error()));
  if (is_ours && !*is_ours) return Adopted::not_ours;
  bool was_finished = is_ours && file.was_finished();
  bool is_playable = is_ours && (was_finished || file.finish(std::nullopt));
  if (is_playable && is_wanted) return was_finished ? Adopted::whole : Adopted::cut_off;
  file.remove();
  return is_wanted ? Adopted::empty : Adopted::not_ours;
}

class StoredRecordings final : public Recordings {
 public:
  explicit StoredRecordings(RecordingParts parts)
      : parts_(parts),
        failures_(parts.metrics.counter("aiva_voice_recordings_failed_total",
                                        "Recordings of calls of which something is missing")) {}
  ~StoredRecordings() override;

  Task<std::shared_ptr<CallTap>> record(CallContext context, CallId call,
                                        AudioFormat format) override;
  Task<Result<std::filesystem::path>> file(CallContext context, CallId call) override;
  Task<Result<void>> remove(CallContext context, identity::Caller caller, CallId call) override;
  Task<Result<std::int64_t>> recover(CallContext context) override;
  Task<Result<std::int64_t>> remove_older(CallContext context, std::chrono::days age) override;
  Task<Result<std::int64_t>> remove_files(CallContext context) override;

 private:
  [[nodiscard]] std::filesystem::path folder() const {
    return parts_.objects.staging_folder() / "recordings";
  }
  Task<Result<RecordingRow>> finished(CallContext context, CallId call);
  void finish_later(RecordingName name, Progress progress, std::uint64_t frames);
  Task<void> finish(RecordingName name, Progress progress, std::uint64_t frames);
  Task<Result<void>> store(CallContext context, RecordingName name, std::filesystem::path path,
                           std::string status);
  Task<Result<bool>> recover_file(CallContext context, std::filesystem::path path);
  Task<Result<std::int64_t>> recover_rows(CallContext context);
  Task<Result<void>> end_row(CallContext context, RecordingName name, std::string status);
  Task<Result<void>> remove_file(CallContext context, std::string key);
  void leave();

  RecordingParts parts_;
  Counter& failures_;
  std::mutex mutex_;
  std::condition_variable all_left_;
  std::size_t finishing_ = 0;
  ThreadPool disk_{{.name = "recordings", .threads = 1}};  // goes first
};

StoredRecordings::~StoredRecordings() {
  std::unique_lock lock(mutex_);
  all_left_.wait(lock, [this] { return finishing_ == 0; });
}

Task<std::shared_ptr<CallTap>> StoredRecordings::record(CallContext context, CallId call,
                                                        AudioFormat format) {
  RecordingName name{.tenant = context.tenant, .call = call};
  auto key = recording_key(name);
  auto writing = write(parts_.database, context, [&](SqlSession& sql) {
    return RecordingsTable(sql).begin(name.tenant, call, key);
  });
  auto written = co_await std::move(writing);
  if (!written) {
    failures_.add();
    log::failure("A call is not recorded", context, written.error());
    co_return nullptr;
  }
  // Shared by its call and the disk's thread.
  auto progress = std::make_shared<RecordingProgress>(recording_path(folder(), name), format.rate);
  co_return std::make_shared<Recorder>(
      progress, disk_, format,
      [this, name, progress](std::uint64_t frames) { finish_later(name, progress, frames); });
}

// The call does not wait for it.
void StoredRecordings::finish_later(RecordingName name, Progress progress, std::uint64_t frames) {
  {
    std::lock_guard lock(mutex_);
    ++finishing_;
  }
  run_detached("A recording could not be finished", {.tenant = name.tenant},
               finish(name, std::move(progress), frames));
}

void StoredRecordings::leave() {
  std::lock_guard lock(mutex_);
  if (--finishing_ == 0) all_left_.notify_all();
}

Task<void> StoredRecordings::finish(RecordingName name, Progress progress, std::uint64_t frames) {
  CallContext context{.tenant = name.tenant};
  // In line behind what is still to be written. Without a home it goes on there.
  auto closing = run_on(
      disk_, context, [progress, frames]() -> Result<Written> { return close(*progress, frames); });
  auto written = co_await std::move(closing);
  if (written && *written != Written::whole) failures_.add();
  Result<void> stored{};
  if (!written)
    stored = std::unexpected(std::move(written.error()));
  else if (*written == Written::nothing)
    stored = co_await end_row(context, name, "failed");
  else
    stored = co_await store(context, name, progress->file.path(),
                            *written == Written::whole ? "complete" : "partial");
  if (!stored) log::failure("A recording is finished later", context, stored.error());
  progress.reset();
  leave();
}

Task<Result<void>> StoredRecordings::store(CallContext context, RecordingName name,
                                           std::filesystem::path path, std::string status) {
  CO_TRY_VOID(co_await parts_.objects.put_file(context, recording_key(name), std::move(path)));
  auto outcome = co_await end_row(context, name, std::move(status));
  co_return outcome;
}

// Whoever forgot the recording meanwhile could not take out what was not in the store yet.
Task<Result<void>> StoredRecordings::end_row(CallContext context, RecordingName name,
                                             std::string status) {
  auto writing = write(parts_.database, context, [&](SqlSession& sql) {
    return RecordingsTable(sql).end(name.tenant, name.call, status);
  });
  CO_TRY(bool is_wanted, co_await std::move(writing));
  if (!is_wanted) CO_TRY_VOID(co_await parts_.objects.remove(context, recording_key(name)));
  co_return Result<void>{};
}

Task<Result<RecordingRow>> StoredRecordings::finished(CallContext context, CallId call) {
  auto reading = read(parts_.database, context, [&](SqlSession& sql) {
    return RecordingsTable(sql).find(context.tenant, call);
  });
  CO_TRY(auto found, co_await std::move(reading));
  if (!found) co_return fail(ErrorCode::not_found, "No such call");
  if (found->key.empty()) co_return fail(no_recording());
  if (found->status == "recording")
    co_return fail(ErrorCode::conflict, found->is_over ? "The recording is being finished"
                                                       : "The call is still being recorded");
  co_return std::move(*found);
}

Task<Result<std::filesystem::path>> StoredRecordings::file(CallContext context, CallId call) {
  CO_TRY(auto row, co_await finished(context, call));
  auto path = co_await parts_.objects.local_copy(context, row.key);
  if (!path && path.error().code == ErrorCode::not_found) co_return fail(no_recording());
  co_return path;
}

Task<Result<void>> StoredRecordings::remove(CallContext context, identity::Caller caller,
                                            CallId call) {
  CO_TRY(auto row, co_await finished(context, call));
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    TRY(auto forgotten, RecordingsTable(sql).forget(context.tenant, call, parts_.clock.unix_ms()));
    if (forgotten == 0) return fail(no_recording());
    return parts_.audit_log.append(sql, caller,
                                   {.tenant = context.tenant,
                                    .action = "call.recording_deleted",
                                    .resource_type = "call",
                                    .resource_id = call.to_string()});
  });
  CO_TRY_VOID(co_await std::move(writing));
  auto removed = co_await remove_file(context, row.key);
  if (!removed) log::failure("A recording is removed later", context, removed.error());
  co_return Result<void>{};
}

Task<Result<void>> StoredRecordings::remove_file(CallContext context, std::string key) {
  auto removing = parts_.objects.remove(context, key);
  CO_TRY_VOID(co_await std::move(removing));
  auto writing = write(parts_.database, context,
                       [&](SqlSession& sql) { return RecordingsTable(sql).removed(key); });
  auto outcome = co_await std::move(writing);
  co_return outcome;
}

Task<Result<std::int64_t>> StoredRecordings::remove_files(CallContext context) {
  auto reading = read(parts_.database, context,
                      [](SqlSession& sql) { return RecordingsTable(sql).removals(rows_at_once); });
  CO_TRY(auto keys, co_await std::move(reading));
  for (auto& key : keys) {
    CO_TRY_VOID(context.check());
    CO_TRY_VOID(co_await remove_file(context, key));
  }
  co_return static_cast<std::int64_t>(keys.size());
}

Task<Result<std::int64_t>> StoredRecordings::remove_older(CallContext context,
                                                          std::chrono::days age) {
  auto now = parts_.clock.unix_ms();
  auto before = now - std::chrono::milliseconds(age).count();
  std::int64_t removed = 0;
  for (std::int64_t count = forgotten_at_once; count == forgotten_at_once; removed += count) {
    CO_TRY_VOID(context.check());
    auto writing = write(parts_.database, context, [&](SqlSession& sql) {
      return RecordingsTable(sql).forget_older(before, now, forgotten_at_once);
    });
    CO_TRY(count, co_await std::move(writing));
  }
  co_return removed;
}

Task<Result<std::int64_t>> StoredRecordings::recover(CallContext context) {
  auto listing =
      run_on(disk_, context, [where = folder()]() -> Result<std::vector<std::filesystem::path>> {
        return list_recordings(where, files_at_once);
      });
  CO_TRY(auto paths, co_await std::move(listing));
  std::int64_t count = 0;
  for (auto& path : paths) {
    CO_TRY_VOID(context.check());
    auto recovered = co_await recover_file(context, path);
    if (!recovered) log::failure("A recording is finished later", context, recovered.error());
    count += recovered && *recovered ? 1 : 0;
  }
  CO_TRY(auto rows, co_await recover_rows(context));
  if (count > 0) log::info("Recordings that were cut off were finished", {{"recordings", count}});
  co_return count + rows;
}

Task<Result<bool>> StoredRecordings::recover_file(CallContext context, std::filesystem::path path) {
  auto name = parse_recording_name(path);
  if (!name) co_return false;
  auto reading = read(parts_.database, context, [&name](SqlSession& sql) {
    return RecordingsTable(sql).find(name->tenant, name->call);
  });
  CO_TRY(auto row, co_await std::move(reading));
  bool is_wanted = row && row->status == "recording";
  if (is_wanted && !row->is_over) co_return false;
  auto progress = std::make_shared<RecordingProgress>(path, 0);  // shared with the disk's thread
  auto adopting =
      run_on(disk_, context, [progress, is_wanted] { return adopt(progress->file, is_wanted); });
  CO_TRY(auto adopted, co_await std::move(adopting));
  switch (adopted) {
    case Adopted::not_ours: co_return false;
    case Adopted::empty:
      failures_.add();
      CO_TRY_VOID(co_await end_row(context, *name, "failed"));
      co_return false;
    case Adopted::cut_off:
      failures_.add();
      CO_TRY_VOID(co_await store(context, *name, path, "partial"));
      co_return true;
    case Adopted::whole:
      CO_TRY_VOID(co_await store(context, *name, path, "complete"));
      co_return true;
  }
  co_return false;
}

// Rows whose file lies nowhere here: it may be in the store already, or with another machine, which
// gets a day to come back.
Task<Result<std::int64_t>> StoredRecordings::recover_rows(CallContext context) {
  auto before = parts_.clock.unix_ms() - day_ms;
  auto reading = read(parts_.database, context, [before](SqlSession& sql) {
    return RecordingsTable(sql).left(before, rows_at_once);
  });
  CO_TRY(auto rows, co_await std::move(reading));
  for (const auto& row : rows) {
    auto found = co_await parts_.objects.describe(context, row.key);
    if (!found && found.error().code != ErrorCode::not_found)
      co_return fail(std::move(found.error()));
    CO_TRY_VOID(co_await end_row(context, {.tenant = row.tenant, .call = row.call},
                                 found ? "complete" : "failed"));
  }
  co_return static_cast<std::int64_t>(rows.size());
}

}  // namespace

std::unique_ptr<Recordings> make_recordings(RecordingParts parts) {
  return std::make_unique<StoredRecordings>(parts);
}

Result<void> remove_recordings_of(SqlSession& sql, TenantId tenant, AgentId agent) {
  TRY_VOID(RecordingsTable(sql).forget_of_agent(tenant, agent, 0));
  return {};
}

}  // namespace aiva::voice

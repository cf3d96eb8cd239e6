// Measures reads and writes of small rows in SQLite: alone and many at once, durable against the
// death of the process or against a power cut.
// usage: rows_bench [SECONDS_PER_LINE] [FOLDER]
#include <time.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <semaphore>
#include <string>

#include "adapters/sqlite/sqlite_database.h"
#include "foundation/ids.h"
#include "foundation/task.h"
#include "ports/database.h"

namespace aiva {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr int row_count = 10'000;

double cpu_microseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

Task<Result<void>> read_one(Database& database, int id) {
  auto reading = read(database, {}, [id](SqlSession& session) -> Result<void> {
    return session.query("SELECT id, name, text FROM things WHERE id = ?", {id},
                         [](const SqlRow&) -> Result<void> { return {}; });
  });
  auto outcome = co_await std::move(reading);
  co_return outcome;
}

Task<Result<void>> write_one(Database& database, int id) {
  auto writing = write(database, {}, [id](SqlSession& session) -> Result<void> {
    TRY_VOID(
        session.execute("UPDATE things SET name = ? WHERE id = ?", {Uuid::make().to_string(), id}));
    return {};
  });
  auto outcome = co_await std::move(writing);
  co_return outcome;
}

// Keeps a number of calls under way for some time and prints how many ended.
class Load {
 public:
  using Call = std::function<Task<Result<void>>(int id)>;
  explicit Load(Call call) : call_(std::move(call)) {}

  void run(const char* name, int in_flight, double seconds) {
    auto started = SteadyClock::now();
    auto cpu_started = cpu_microseconds();
    end_ = started + std::chrono::duration_cast<SteadyClock::duration>(
                         std::chrono::duration<double>(seconds));
    for (int i = 0; i < in_flight; ++i) next();
    for (int i = 0; i < in_flight; ++i) ended_.acquire();
    std::chrono::duration<double> took = SteadyClock::now() - started;
    std::printf("%-34s %3d at once %9.0f /s  %6.1f us CPU each\n", name, in_flight,
                count_ / took.count(), (cpu_microseconds() - cpu_started) / count_);
  }

 private:
  void next() {
    int id = number_++ * 7919 % row_count;
    start(call_(id), [this](std::exception_ptr, std::optional<Result<void>> outcome) {
      if (!outcome || !outcome->has_value()) std::abort();
      ++count_;
      if (SteadyClock::now() < end_)
        next();
      else
        ended_.release();
    });
  }

  Call call_;
  SteadyClock::time_point end_;
  std::atomic<unsigned> number_ = 0;
  std::atomic<int> count_ = 0;
  std::counting_semaphore<> ended_{0};
};

Result<void> fill(SqlSession& session) {
  TRY_VOID(session.execute("DROP TABLE IF EXISTS things"));
  TRY_VOID(session.execute("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT, text TEXT)"));
  std::string text(300, 'x');
  for (int id = 0; id < row_count; ++id)
    TRY_VOID(session.execute("INSERT INTO things (id, name, text) VALUES (?, ?, ?)",
                             {id, "name", text}));
  return {};
}

void run(const std::filesystem::path& file, SqliteSync sync, double seconds) {
  auto database = make_sqlite_database({.path = file, .sync = sync});
  if (!database || !sync_wait(write(**database, {}, fill))) std::abort();
  bool is_power = sync == SqliteSync::power;
  auto read_call = [&](int id) { return read_one(**database, id); };
  auto write_call = [&](int id) { return write_one(**database, id); };
  for (int in_flight : {1, 64})
    if (!is_power) Load(read_call).run("reads", in_flight, seconds);
  for (int in_flight : {1, 64})
    Load(write_call)
        .run(is_power ? "writes that survive a power cut" : "writes", in_flight, seconds);
}

}  // namespace
}  // namespace aiva

int main(int count, char** arguments) {
  double seconds = count > 1 ? std::atof(arguments[1]) : 2;
  std::filesystem::path folder =
      count > 2 ? std::filesystem::path(arguments[2]) : std::filesystem::temp_directory_path();
  auto file = folder / "aiva-rows-bench.db";
  aiva::run(file, aiva::SqliteSync::process, seconds);
  aiva::run(file, aiva::SqliteSync::power, seconds);
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + suffix);
  return 0;
}

#include "adapters/mysql/internal/transactions.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <random>
#include <string>
#include <thread>
#include <utility>

namespace aiva::mysql {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int attempts_max = 12;
constexpr int lost_max = 2;
constexpr std::chrono::seconds retries_end{20};
constexpr milliseconds pause_min{2};
constexpr milliseconds pause_max{200};

Result<void> run_body(Connection& connection, const Database::Body& body) {
  try {
    return body(connection);
  } catch (const std::exception& error) {
    return fail(internal_error(std::string("a transaction threw: ") + error.what()));
  } catch (...) {
    return fail(internal_error("a transaction threw"));
  }
}

class Stopwatch {
 public:
  explicit Stopwatch(Histogram& seconds) : seconds_(seconds) {}
  ~Stopwatch() {
    std::chrono::duration<double> took = steady_clock::now() - started_;
    seconds_.observe(took.count());
  }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  Histogram& seconds_;
  steady_clock::time_point started_ = steady_clock::now();
};

// Those who ran into each other do not meet again at the same moment.
void pause_before(int attempt) {
  static thread_local std::minstd_rand random{std::random_device{}()};
  auto longest = std::min(pause_min * (1 << std::min(attempt, 10)), pause_max);
  std::uniform_int_distribution<std::int64_t> microseconds(0, longest.count() * 1000);
  std::this_thread::sleep_for(std::chrono::microseconds(microseconds(random)));
}

enum class Attempt { ended, contended, lost };

struct Outcome {
  Attempt attempt = Attempt::ended;
  Result<void> result{};
  std::string position{};  // of what was committed
};

// A body that goes on after a failure which ended its transaction has failed all the same.
Outcome after_trouble(Lane& lane, Connection& connection) {
  auto trouble = connection.trouble();
  Result<void> result = fail(connection.trouble_error());
  if (trouble == Trouble::contended) connection.rollback();
  if (trouble == Trouble::contended && connection.trouble() == Trouble::contended)
    return {Attempt::contended, std::move(result)};
  lane.measures().lost.add();
  if (trouble == Trouble::read_only)
    lane.leave();
  else
    lane.close();
  return {trouble == Trouble::contended ? Attempt::contended : Attempt::lost, std::move(result)};
}

Outcome commit(Lane& lane, Connection& connection, Positions& positions) {
  auto before = connection.last_position();
  auto committed = connection.commit();
  if (committed) {
    positions.note(connection.last_position());
    bool is_new = connection.last_position() != before;
    return {.position = is_new ? connection.last_position() : std::string()};
  }
  auto trouble = connection.trouble();
  // A server that may not be written to has rolled it back.
  bool is_undone = trouble == Trouble::contended || trouble == Trouble::read_only;
  if (is_undone) return after_trouble(lane, connection);
  if (trouble == Trouble::none) {
    connection.rollback();
    return {Attempt::ended, std::move(committed)};
  }
  lane.measures().lost.add();
  lane.close();
  auto error = std::move(committed.error());
  error.cause = "it may be committed: " + error.cause;
  return {Attempt::ended, fail(std::move(error))};
}

Outcome try_write(Lane& lane, const CallContext& context, const Database::Body& body,
                  TransactionKind kind, Positions& positions) {
  auto connected = lane.connect();
  if (!connected) return {Attempt::ended, fail(std::move(connected.error()))};
  auto& connection = **connected;
  auto begun = connection.begin(kind, &context);
  if (begun) begun = run_body(connection, body);
  if (connection.trouble() != Trouble::none) return after_trouble(lane, connection);
  if (begun) return commit(lane, connection, positions);
  connection.rollback();
  if (connection.trouble() == Trouble::lost) lane.close();
  return {Attempt::ended, std::move(begun)};
}

}  // namespace

Result<std::string> write_on(Lane& lane, const CallContext& context, const Database::Body& body,
                             Positions& positions) {
  Stopwatch stopwatch(lane.measures().write_seconds);
  auto give_up = steady_clock::now() + retries_end;
  int lost = 0;
  for (int attempt = 1;; ++attempt) {
    auto kind = attempt == 1 ? TransactionKind::write : TransactionKind::contended_write;
    auto outcome = try_write(lane, context, body, kind, positions);
    bool is_last = outcome.attempt == Attempt::ended ||
                   (outcome.attempt == Attempt::lost && ++lost == lost_max) ||
                   attempt == attempts_max || steady_clock::now() >= give_up;
    if (is_last && !outcome.result) return fail(std::move(outcome.result.error()));
    if (is_last) return std::move(outcome.position);
    if (outcome.attempt == Attempt::contended) {
      lane.measures().contended.add();
      pause_before(attempt);
    }
    TRY_VOID(context.check());
  }
}

Result<void> read_on_replica(Lane& lane, const CallContext& context, const Database::Body& body,
                             bool& was_read) {
  Stopwatch stopwatch(lane.measures().read_seconds);
  was_read = false;
  TRY(auto* connection, lane.connect());
  auto outcome = connection->begin(TransactionKind::read, &context);
  if (outcome) outcome = run_body(*connection, body);
  if (connection->trouble() == Trouble::none) {
    was_read = true;
    connection->rollback();  // which ends a read as well as a commit does
    if (connection->trouble() == Trouble::lost) lane.close();
    return outcome;
  }
  was_read = connection->has_answered();
  auto after = after_trouble(lane, *connection);
  if (!context.check()) was_read = true;
  return std::move(after.result);
}

Result<void> read_on(Lane& lane, const CallContext& context, const Database::Body& body) {
  bool was_read = false;
  bool was_connected = lane.is_connected();
  auto outcome = read_on_replica(lane, context, body, was_read);
  if (was_read || !was_connected) return outcome;
  return read_on_replica(lane, context, body, was_read);
}

}  // namespace aiva::mysql

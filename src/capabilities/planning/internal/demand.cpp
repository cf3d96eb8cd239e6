#include <algorithm>
#include <cmath>

#include "capabilities/planning/internal/sizing.h"

namespace aiva::planning {
namespace {

constexpr double kb_per_gb = 1e6;
constexpr double bytes_per_gb = 1e9;
constexpr double commits_of_a_turn = 2;
constexpr double commits_of_a_call_second = 0.2;  // lines of the transcript, and the meter

}  // namespace

CpuUse cpu_of(const Load& load, const Wish& wish, const Measurement& measured,
              const Habits& habits) {
  double reads = load.rps * std::max(0.0, 1 - habits.search_share - habits.write_share);
  double writes = load.rps * habits.write_share;
  double kept = load.rps * habits.search_share * habits.kept_answers_share;
  double searched = load.rps * habits.search_share - kept;
  double turns = load.chats * habits.turns_a_minute / 60;
  double chunks = load.documents_a_day * habits.chunks_a_document / (habits.busy_hours * 3600);
  double call_ms =
      wish.has_packaged_voices ? habits.packaged_call_cpu_ms : habits.realtime_call_cpu_ms;
  CpuUse use;
  use.reads = reads * measured.cached_request_cpu_ms / 1000;
  use.writes = writes * measured.write_cpu_ms / 1000;
  use.searches = (searched * measured.search_cpu_ms + kept * measured.kept_search_cpu_ms) / 1000;
  use.chats = turns * measured.turn_cpu_ms / 1000;
  use.calls = load.calls * call_ms / 1000;
  use.documents = chunks * measured.chunk_cpu_ms / 1000;
  return use;
}

Rates rates_of(const Load& load, const Habits& habits) {
  Rates rates;
  rates.searches = load.rps * habits.search_share;
  rates.turns = load.chats * habits.turns_a_minute / 60;
  double documents = load.documents_a_day / (habits.busy_hours * 3600);
  // A document is a row, a job and what was read; searches are written in groups.
  rates.commits = load.rps * habits.write_share + rates.turns * commits_of_a_turn +
                  load.calls * commits_of_a_call_second + documents * 4 +
                  std::min(rates.searches, 50.0);
  return rates;
}

Storage storage_of(const Load& load, const Wish& wish, const Measurement& measured,
                   const Habits& habits) {
  double months = wish.growth_months;
  double days = months * habits.days_a_month;
  double documents = load.chunks / habits.chunks_a_document;
  double turns_a_day =
      load.chats * habits.turns_a_minute * 60 * habits.busy_hours * habits.busy_share;
  double call_s_a_day = load.calls * 3600 * habits.busy_hours * habits.busy_share;
  double recorded_days = std::min(days, habits.recordings_days);
  Storage storage;
  storage.documents = documents * habits.document_kb / kb_per_gb;
  storage.rows = load.chunks * measured.chunk_disk_bytes / bytes_per_gb;
  storage.images = load.images * habits.image_kb / kb_per_gb;
  storage.recordings =
      call_s_a_day * habits.recorded_share * recorded_days * habits.recording_kb_s / kb_per_gb;
  storage.growth_documents = days * load.documents_a_day * habits.document_kb / kb_per_gb;
  storage.growth_rows = days * load.documents_a_day * habits.chunks_a_document *
                        measured.chunk_disk_bytes / bytes_per_gb;
  storage.growth_chats = days * turns_a_day * habits.turn_kb / kb_per_gb;
  return storage;
}

}  // namespace aiva::planning

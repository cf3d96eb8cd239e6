#include "load/index_stress/stress.h"

#include <algorithm>
#include <cstdio>
#include <thread>
#include <utility>

#include "adapters/segment_index/segment_index.h"

namespace aiva::load {
namespace {

// Few rows wait and a change of some documents becomes a file at once: so both ways are gone often.
constexpr std::size_t heap_rows_max = 120;
constexpr std::size_t batch_rows_max = 60;
constexpr std::size_t rows_wanted = 900;  // of a base; with more it shrinks
constexpr int tries_max = 100;

const PassageVectors vectors{.model = "made", .dimension = dimension};

}  // namespace

Stress::Stress(StressOptions options, std::filesystem::path folder)
    : options_(options), folder_(std::move(folder)), compute_({.name = "compute", .threads = 2}) {
  for (std::size_t i = 0; i < options_.bases; ++i) {
    bases_.push_back(std::make_shared<Base>());
    bases_.back()->seed = options_.seed * 1000 + i;
  }
}

void Stress::open_index() {
  auto made = make_segment_index({.folder = folder_,
                                  .resident_bytes_max = options_.resident_bytes_max,
                                  .heap_rows_max = heap_rows_max,
                                  .batch_rows_max = batch_rows_max,
                                  .compute = &compute_},
                                 metrics_);
  AIVA_ASSERT(made.has_value());
  index_ = std::move(*made);
}

void Stress::run() {
  open_index();
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < options_.threads; ++i)
    threads.emplace_back([this, i] { work(options_.seed * 100 + i, i % 2 == 0); });
  threads.clear();
  for (const auto& base : bases_) check_at_rest(*base);
  index_.reset();
  check_folder();
}

void Stress::work(std::uint64_t seed, bool is_writer) {
  Random random(seed);
  auto end = std::chrono::steady_clock::now() + options_.time;
  while (std::chrono::steady_clock::now() < end) {
    auto base = pick(random);
    if (!is_writer || !random.one_in(3)) {
      search(*base, random);
      if (random.one_in(8)) compare_size(*base);
    } else if (random.one_in(16)) {
      change_from_a_wrong_version(*base, random);
    } else if (random.one_in(16)) {
      abandon(*base, random);
    } else if (random.one_in(150)) {
      erase(random.below(options_.bases));
    } else {
      change(*base, random);
    }
  }
}

Stress::BasePointer Stress::pick(Random& random) {
  std::lock_guard lock(mutex_);
  return bases_[random.below(bases_.size())];
}

void Stress::fault(const Base& base, const std::string& what) {
  if (++counts_.faults > 20) return;
  std::fprintf(stderr, "FAULT at version %lld of %s: %s\n",
               static_cast<long long>(base.oracle.reached()), base.id.to_string().c_str(),
               what.c_str());
}

// Opens the base unless it is open. What was closed must come back as it was.
bool Stress::ensure(Base& base) {
  auto least = base.oracle.reached();
  auto shown = index_->version(base.id);
  if (shown && *shown >= least) return true;
  auto opened = sync_wait(index_->open({}, base.id, vectors));
  ++counts_.openings;
  if (base.is_erased) return false;
  if (!opened) {
    fault(base, "not opened: " + opened.error().message + ", " + opened.error().cause);
  } else if (*opened < least || *opened > base.oracle.announced()) {
    fault(base, "opened at version " + std::to_string(*opened));
  } else {
    return true;
  }
  return false;
}

// Documents go, come, or take the place of their version before.
Stress::Step Stress::make_step(Base& base, Random& random) {
  Step step;
  auto rows = base.oracle.rows(base.oracle.reached());
  auto count = 1 + random.below(random.one_in(10) ? 30 : 5);
  for (std::uint64_t i = 0; i < count; ++i) {
    bool may_grow = rows.size() < rows_wanted || random.one_in(8);
    if (may_grow) add_document(base, base.documents, step);
    if (rows.empty()) continue;
    auto document = rows[random.below(rows.size())]->document;
    if (std::ranges::find(step.removed, document) != step.removed.end()) continue;
    step.removed.push_back(document);
    if (random.one_in(2)) add_document(base, base.numbers.at(document), step);
  }
  return step;
}

void Stress::add_document(Base& base, std::uint64_t number, Step& step) {
  base.numbers[document_id(base.seed, number)] = number;
  auto made = make_document(base.seed, number, base.documents++);
  std::ranges::move(made, std::back_inserter(step.added));
}

Result<void> Stress::apply(Base& base, const Step& step, std::int64_t from, std::int64_t to) {
  TRY(auto change, index_->begin(base.id));
  for (auto document : step.removed) change->remove(document);
  TRY_VOID(sync_wait(change->add({}, step.added)));
  return sync_wait(change->commit({}, from, to));
}

void Stress::change(Base& base, Random& random) {
  std::lock_guard lock(base.writing);
  auto step = make_step(base, random);
  auto from = base.oracle.reached();
  base.oracle.announce(from + 1, step.removed, step.added);
  for (int i = 0; i < tries_max && !base.is_erased; ++i) {
    if (!ensure(base)) continue;
    auto applied = apply(base, step, from, from + 1);
    if (applied) {
      base.oracle.acknowledge(from + 1);
      ++counts_.commits;
      return;
    }
    // It was closed in between.
    ++counts_.conflicts;
    auto code = applied.error().code;
    if (code == ErrorCode::conflict || code == ErrorCode::not_found) continue;
    return fault(base, "not changed: " + applied.error().message + ", " + applied.error().cause);
  }
  if (!base.is_erased) fault(base, "not changed after many tries");
}

void Stress::change_from_a_wrong_version(Base& base, Random& random) {
  std::lock_guard lock(base.writing);
  if (!ensure(base)) return;
  auto step = make_step(base, random);
  auto from = base.oracle.reached();
  auto applied = apply(base, step, from + 1, from + 2);
  if (applied && !base.is_erased) fault(base, "changed from a version it did not show");
}

// A change that is given up leaves nothing behind.
void Stress::abandon(Base& base, Random& random) {
  if (!ensure(base)) return;
  auto change = index_->begin(base.id);
  if (!change) return;
  auto rows = base.oracle.rows(base.oracle.reached());
  if (!rows.empty()) (*change)->remove(rows[random.below(rows.size())]->document);
  for (std::uint64_t i = random.below(20); i > 0; --i)
    (void)sync_wait((*change)->add({}, make_document(base.seed, base.documents++, 0)));
  ++counts_.abandoned;
}

void Stress::erase(std::size_t slot) {
  auto fresh = std::make_shared<Base>();
  BasePointer base;
  {
    std::lock_guard lock(mutex_);
    base = bases_[slot];
    fresh->seed = base->seed + 100'000;
    bases_[slot] = fresh;
  }
  base->is_erased = true;
  index_->erase(base->id);
  ++counts_.erased;
  std::lock_guard lock(base->writing);
  // A straggler may have opened it again, with nothing in it; that goes as well.
  index_->erase(base->id);
  auto opened = sync_wait(index_->open({}, base->id, vectors));
  if (!opened || *opened != 0 || index_->size(base->id) != 0)
    fault(*base, "not empty after it was erased");
  index_->erase(base->id);
}

}  // namespace aiva::load

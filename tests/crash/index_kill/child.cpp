#include "crash/index_kill/child.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <thread>
#include <utility>

#include "adapters/segment_index/segment_index.h"
#include "crash/index_kill/history.h"
#include "crash/index_kill/rows_of_passages.h"
#include "foundation/metrics.h"
#include "retrieval/collections/collection.h"

namespace aiva::crash {
namespace {

class Report {
 public:
  explicit Report(int output) : output_(output) {}
  void say(Word word, std::size_t slot, std::int64_t version) const {
    auto line = std::string(1, static_cast<char>(word)) + " " + std::to_string(slot) + " " +
                std::to_string(version) + "\n";
    if (write(output_, line.data(), line.size()) < 0) _exit(1);  // nobody listens any more
  }
  // Does not come back.
  void fail(const char* what, const Error& error) const {
    std::fprintf(stderr, "child: %s: %s, %s\n", what, error.message.c_str(), error.cause.c_str());
    say(Word::failed, 0, 0);
    _exit(1);
  }

 private:
  int output_;
};

// One thread changes, this one writes and merges, as upkeep does.
class CollectionWriter {
 public:
  CollectionWriter(const std::filesystem::path& folder, std::uint64_t seed, const Slot& slot,
                   std::uint64_t dice, Report report)
      : history_(history_seed(seed, 0, slot.generation)), random_(dice), report_(report) {
    auto opened = retrieval::Collection::open(collection_options(folder), analyzers_);
    if (!opened) report_.fail("open", opened.error());
    collection_ = std::move(*opened);
    auto shown = collection_->snapshot()->version;
    report_.say(Word::opened, 0, shown);
    if (shown < slot.rows_version) change(shown, slot.rows_version);
  }

  void run() {
    std::jthread changing([this] {
      while (true) {
        auto shown = collection_->snapshot()->version;
        change(shown, shown + 1);
      }
    });
    while (true) {
      auto version = collection_->snapshot()->version;
      if (collection_->wants_flush() || random_.one_in(4)) {
        auto flushed = collection_->flush();
        if (!flushed) report_.fail("flush", flushed.error());
        report_.say(Word::durable, 0, version);
      }
      auto merged = collection_->merge();
      if (!merged) report_.fail("merge", merged.error());
    }
  }

 private:
  void change(std::int64_t from, std::int64_t to) {
    auto step = history_.step(from, to);
    auto next = collection_->begin();
    for (auto document : step.removed) next.remove_group(document.uuid);
    for (auto& passage : step.added) {
      auto added = next.add(to_row(std::move(passage)));
      if (!added) report_.fail("add", added.error());
    }
    report_.say(Word::beginning, 0, to);
    auto committed = collection_->commit(std::move(next), from, to);
    if (!committed) report_.fail("commit", committed.error());
    report_.say(Word::changed, 0, to);
  }

  History history_;
  load::Random random_;
  Report report_;
  retrieval::AnalyzerPool analyzers_;
  std::unique_ptr<retrieval::Collection> collection_;
};

class IndexWriter {
 public:
  IndexWriter(const std::filesystem::path& folder, std::uint64_t seed, Slots slots,
              std::uint64_t dice, Report report)
      : seed_(seed), slots_(slots), random_(dice), report_(report) {
    // Little memory: each base is closed and opened again all the time.
    auto made = make_segment_index(
        {.folder = folder, .resident_bytes_max = 1, .heap_rows_max = 60, .batch_rows_max = 100},
        metrics_);
    if (!made) report_.fail("make", made.error());
    index_ = std::move(*made);
  }

  void run() {
    while (true) {
      auto slot = random_.below(bases);
      if (random_.one_in(40)) erase(slot);
      change(slot);
    }
  }

 private:
  KnowledgeBaseId id(std::size_t slot) const {
    return base_id(seed_, slot, slots_[slot].generation);
  }

  void erase(std::size_t slot) {
    report_.say(Word::erasing, slot, 0);
    index_->erase(id(slot));
    slots_[slot] = {.generation = slots_[slot].generation + 1};
  }

  // The index is brought to the next version of the rows, from whichever it shows.
  void change(std::size_t slot) {
    History history(history_seed(seed_, slot, slots_[slot].generation));
    auto to = slots_[slot].rows_version + 1;
    report_.say(Word::beginning, slot, to);
    auto opened = sync_wait(index_->open({}, id(slot), vectors));
    if (!opened) report_.fail("open", opened.error());
    report_.say(Word::opened, slot, *opened);
    auto change = index_->begin(id(slot));
    if (!change) return;  // closed again
    auto step = history.step(*opened, to);
    for (auto document : step.removed) (*change)->remove(document);
    auto added = sync_wait((*change)->add({}, std::move(step.added)));
    if (!added) report_.fail("add", added.error());
    auto committed = sync_wait((*change)->commit({}, *opened, to));
    if (!committed && committed.error().code != ErrorCode::conflict)
      report_.fail("commit", committed.error());
    slots_[slot].rows_version = to;
    if (committed) report_.say(Word::changed, slot, to);
  }

  std::uint64_t seed_;
  Slots slots_;
  load::Random random_;
  Report report_;
  Metrics metrics_;
  std::unique_ptr<PassageIndex> index_;
};

}  // namespace

std::uint64_t history_seed(std::uint64_t seed, std::size_t slot, std::uint64_t generation) {
  return (seed * bases + slot) * 10'007 + generation;
}

KnowledgeBaseId base_id(std::uint64_t seed, std::size_t slot, std::uint64_t generation) {
  return KnowledgeBaseId{load::Random(history_seed(seed, slot, generation) + 77).uuid()};
}

void write_collection(const std::filesystem::path& folder, std::uint64_t seed, const Slot& slot,
                      std::uint64_t dice, int output) {
  CollectionWriter(folder, seed, slot, dice, Report(output)).run();
}

void write_index(const std::filesystem::path& folder, std::uint64_t seed, Slots slots,
                 std::uint64_t dice, int output) {
  IndexWriter(folder, seed, slots, dice, Report(output)).run();
}

}  // namespace aiva::crash

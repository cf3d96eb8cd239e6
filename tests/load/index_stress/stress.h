#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "foundation/metrics.h"
#include "foundation/thread_pool.h"
#include "load/index_stress/oracle.h"

namespace aiva::load {

struct StressOptions {
  std::chrono::seconds time{10};
  std::uint64_t seed = 1;
  std::size_t bases = 6;
  std::size_t threads = 4;
  std::size_t resident_bytes_max = 400UL * 1024;  // less than the bases need together
};

// What was done, counted by all threads.
struct Counts {
  std::atomic<std::int64_t> commits = 0;
  std::atomic<std::int64_t> conflicts = 0;
  std::atomic<std::int64_t> abandoned = 0;
  std::atomic<std::int64_t> erased = 0;
  std::atomic<std::int64_t> openings = 0;
  std::atomic<std::int64_t> vector_searches = 0;
  std::atomic<std::int64_t> word_searches = 0;
  std::atomic<std::int64_t> recall_millionths = 0;  // of all vector searches together
  std::atomic<std::int64_t> faults = 0;
};

// Threads that change, erase, close, open and search the knowledge bases of one index, and an
// oracle that knows what each answer may be.
class Stress {
 public:
  explicit Stress(StressOptions options, std::filesystem::path folder);
  // Runs for the options' time, then checks everything at rest, closes the index and checks what
  // a new one finds in the folder.
  void run();
  [[nodiscard]] const Counts& counts() const { return counts_; }
  [[nodiscard]] std::string metrics() const { return metrics_.to_prometheus_text(); }

 private:
  struct Base {
    KnowledgeBaseId id = KnowledgeBaseId::make();
    std::uint64_t seed = 0;
    Oracle oracle;
    std::mutex writing;
    std::unordered_map<DocumentId, std::uint64_t> numbers;  // of documents; under writing
    std::atomic<bool> is_erased = false;
    std::atomic<std::uint64_t> documents = 0;  // and revisions made so far
  };
  using BasePointer = std::shared_ptr<Base>;  // threads work with one while it is replaced
  struct Step {
    std::vector<DocumentId> removed;
    std::vector<IndexedPassage> added;
  };

  void open_index();
  void work(std::uint64_t seed, bool is_writer);
  BasePointer pick(Random& random);
  void fault(const Base& base, const std::string& what);
  bool ensure(Base& base);

  void change(Base& base, Random& random);
  static Step make_step(Base& base, Random& random);
  static void add_document(Base& base, std::uint64_t number, Step& step);
  Result<void> apply(Base& base, const Step& step, std::int64_t from, std::int64_t to);
  void change_from_a_wrong_version(Base& base, Random& random);
  void abandon(Base& base, Random& random);
  void erase(std::size_t slot);

  void search(Base& base, Random& random);
  void ask(Base& base, const Question& question);
  static Question make_question(const Rows& rows, Random& random);
  void compare_size(Base& base);

  void check_at_rest(Base& base);
  void expect_alone(const Base& base, const IndexedPassage& row,
                    const Result<std::vector<PassageHit>>& hits);
  void check_folder();

  StressOptions options_;
  std::filesystem::path folder_;
  Metrics metrics_;
  ThreadPool compute_;
  std::unique_ptr<PassageIndex> index_;
  std::mutex mutex_;  // over bases_
  std::vector<BasePointer> bases_;
  Counts counts_;
};

}  // namespace aiva::load

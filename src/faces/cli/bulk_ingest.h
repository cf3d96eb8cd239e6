#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/knowledge/knowledge.h"
#include "faces/cli/file_selection.h"
#include "faces/cli/terminal.h"
#include "foundation/call_context.h"
#include "ports/object_store.h"

namespace aiva::cli {

// Adds many files to a knowledge base, several at a time, and follows them to their end.
class BulkIngest {
 public:
  // Everything but the knowledge base is borrowed.
  BulkIngest(knowledge::Knowledge& knowledge, ObjectStore& objects, CallContext context,
             knowledge::KnowledgeBase base)
      : knowledge_(knowledge), objects_(objects), context_(context), base_(std::move(base)) {}

  // Stores the files on `parallel` threads and waits until nothing more happens to any of them.
  void run(const std::vector<SelectedFile>& files, int parallel, bool is_quiet);

  [[nodiscard]] bool has_failures() const { return count(Fate::failed) > 0; }
  // What became of the files, in one line and one line for each failure.
  [[nodiscard]] std::string summary() const;
  [[nodiscard]] std::string json() const;

 private:
  enum class Fate { added, updated, unchanged, failed };
  // A file or a document out of an archive, and what is known of it.
  struct Entry {
    std::string name{};
    std::optional<knowledge::Document> document{};
    Fate fate = Fate::added;
    std::string error{};
    bool is_settled = false;
  };

  void store_files(const std::vector<SelectedFile>& files);
  Entry store(const SelectedFile& file);
  void look_at_documents();
  void look_at(Entry& entry, std::vector<Entry>& found);
  void settle(Entry& entry, const knowledge::Document& document);
  void add_children(const knowledge::Document& archive, std::vector<Entry>& found);
  void show(ProgressBar& bar, std::size_t all);
  [[nodiscard]] std::size_t count(Fate fate) const;

  knowledge::Knowledge& knowledge_;
  ObjectStore& objects_;
  CallContext context_;
  knowledge::KnowledgeBase base_;
  std::atomic<std::size_t> next_file_ = 0;
  std::mutex mutex_;            // over what follows, while threads store files
  std::vector<Entry> entries_;  // of files that are stored
  std::size_t stored_ = 0;
  std::size_t settled_ = 0;
};

}  // namespace aiva::cli

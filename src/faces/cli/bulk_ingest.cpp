#include "faces/cli/bulk_ingest.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <system_error>
#include <thread>
#include <utility>

#include "faces/cli/ingest_command.h"
#include "faces/cli/output.h"
#include "foundation/json_writer.h"

namespace aiva::cli {
namespace {

using knowledge::Document;
using knowledge::DocumentStatus;

constexpr auto poll_interval = std::chrono::milliseconds(100);
constexpr int parallel_max = 64;
constexpr std::size_t looks_per_poll = 200;
constexpr int children_per_page = 200;

}  // namespace

void BulkIngest::run(const std::vector<SelectedFile>& files, int parallel, bool is_quiet) {
  entries_.reserve(files.size());
  ProgressBar bar(std::to_string(files.size()) + (files.size() == 1 ? " file" : " files"),
                  is_quiet);
  std::vector<std::jthread> threads;
  auto count = std::clamp(parallel, 1, parallel_max);
  for (int i = 0; i < count; ++i) threads.emplace_back([this, &files] { store_files(files); });
  for (;;) {
    look_at_documents();
    show(bar, files.size());
    {
      std::lock_guard lock(mutex_);
      if (stored_ == files.size() && settled_ == entries_.size()) break;
    }
    std::this_thread::sleep_for(poll_interval);
  }
  threads.clear();
  std::ranges::sort(entries_, {}, &Entry::name);
  bar.finish("done");
}

void BulkIngest::store_files(const std::vector<SelectedFile>& files) {
  for (;;) {
    auto index = next_file_++;
    if (index >= files.size()) return;
    auto entry = store(files[index]);
    std::lock_guard lock(mutex_);
    ++stored_;
    if (entry.is_settled) ++settled_;
    entries_.push_back(std::move(entry));
  }
}

BulkIngest::Entry BulkIngest::store(const SelectedFile& file) {
  Entry entry{.name = file.name};
  auto fail_with = [&entry](const Error& error) {
    entry.fate = Fate::failed;
    entry.error = describe(error);
    entry.is_settled = true;
  };
  auto staged = stage_file(file.path, objects_.staging_folder());
  if (!staged) {
    fail_with(staged.error());
    return entry;
  }
  auto staged_path = staged->staged_path;
  staged->filename = file.name;
  staged->has_path = true;
  auto added = sync_wait(knowledge_.add_document(context_, base_.id, std::move(*staged)));
  if (!added) {
    std::error_code ignored;
    std::filesystem::remove(staged_path, ignored);
    fail_with(added.error());
    return entry;
  }
  if (added->document.next_version > 0) entry.fate = Fate::updated;
  if (added->is_duplicate) entry.fate = Fate::unchanged;
  entry.document = std::move(added->document);
  bool is_there = added->is_duplicate && entry.document->status == DocumentStatus::completed;
  entry.is_settled = is_there;
  return entry;
}

// Asks for the state of some documents that are still being read, those that waited longest first.
void BulkIngest::look_at_documents() {
  std::vector<std::size_t> waiting;
  {
    std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < entries_.size() && waiting.size() < looks_per_poll; ++i)
      if (!entries_[i].is_settled) waiting.push_back(i);
  }
  for (auto index : waiting) {
    Entry entry;
    {
      std::lock_guard lock(mutex_);
      entry = entries_[index];
    }
    std::vector<Entry> found;
    look_at(entry, found);
    std::lock_guard lock(mutex_);
    if (entry.is_settled) ++settled_;
    entries_[index] = std::move(entry);
    std::ranges::move(found, std::back_inserter(entries_));
  }
}

void BulkIngest::look_at(Entry& entry, std::vector<Entry>& found) {
  auto document = sync_wait(knowledge_.document(context_, entry.document->id));
  if (!document) {
    entry.fate = Fate::failed;
    entry.error = describe(document.error());
    entry.is_settled = true;
    return;
  }
  if (!is_final(document->status)) return;
  settle(entry, *document);
  if (document->file_type == "zip") add_children(*document, found);
}

void BulkIngest::settle(Entry& entry, const Document& document) {
  entry.document = document;
  entry.is_settled = true;
  if (document.status == DocumentStatus::completed) return;
  entry.fate = Fate::failed;
  entry.error = document.error_message;
}

void BulkIngest::add_children(const Document& archive, std::vector<Entry>& found) {
  for (int page = 1;; ++page) {
    knowledge::Knowledge::DocumentFilter filter;
    filter.parent = archive.id;
    filter.page = {.page = page, .limit = children_per_page};
    auto children = sync_wait(knowledge_.documents(context_, base_.id, filter));
    if (!children) return;
    for (auto& child : children->items)
      found.push_back({.name = archive.filename + "/" + child.filename, .document = child});
    if (static_cast<int>(children->items.size()) < children_per_page) return;
  }
}

void BulkIngest::show(ProgressBar& bar, std::size_t all) {
  std::lock_guard lock(mutex_);
  auto whole = all + entries_.size() - stored_;  // with what came out of archives
  auto failed = count(Fate::failed);
  auto step = std::to_string(stored_) + " stored, " + std::to_string(settled_) + " read";
  if (failed > 0) step += ", " + std::to_string(failed) + " failed";
  bar.show(static_cast<int>(settled_ * 100 / std::max<std::size_t>(whole, 1)), step);
}

std::size_t BulkIngest::count(Fate fate) const {
  return static_cast<std::size_t>(std::ranges::count(entries_, fate, &Entry::fate));
}

std::string BulkIngest::summary() const {
  std::string text;
  for (const auto& entry : entries_)
    if (entry.fate == Fate::failed) text += entry.name + ": " + entry.error + "\n";
  std::int64_t pages = 0;
  std::int64_t chunks = 0;
  for (const auto& entry : entries_) {
    if (!entry.document || entry.fate == Fate::failed) continue;
    pages += entry.document->page_count;
    chunks += entry.document->total_chunks;
  }
  text += "Knowledge base '" + base_.name + "': " + std::to_string(count(Fate::added)) +
          " added, " + std::to_string(count(Fate::updated)) + " updated, " +
          std::to_string(count(Fate::unchanged)) + " unchanged, " +
          std::to_string(count(Fate::failed)) + " failed; " + std::to_string(pages) + " pages, " +
          std::to_string(chunks) + " chunks.";
  return text;
}

std::string BulkIngest::json() const {
  auto name_of = [](Fate fate) -> std::string_view {
    switch (fate) {
      case Fate::added: return "added";
      case Fate::updated: return "updated";
      case Fate::unchanged: return "unchanged";
      case Fate::failed: return "failed";
    }
    return "failed";
  };
  std::string text;
  JsonWriter writer(text);
  writer.begin_object().field("knowledge_base_id", base_.id).field("name", base_.name);
  for (auto fate : {Fate::added, Fate::updated, Fate::unchanged, Fate::failed})
    writer.field(name_of(fate), count(fate));
  writer.key("documents").begin_array();
  for (const auto& entry : entries_) {
    auto document = entry.document.value_or(Document());
    if (!entry.document) document.status = DocumentStatus::failed;
    writer.begin_object().field("filename", entry.name).field("outcome", name_of(entry.fate));
    if (entry.document) writer.field("document_id", document.id);
    writer.field("status", to_string(document.status))
        .field("version", document.version)
        .field("pages", document.page_count)
        .field("chunks", document.total_chunks)
        .field("error", entry.error)
        .end_object();
  }
  writer.end_array().end_object();
  return text;
}

}  // namespace aiva::cli

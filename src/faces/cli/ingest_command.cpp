#include "faces/cli/ingest_command.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <thread>

#include "faces/cli/output.h"
#include "faces/cli/terminal.h"
#include "foundation/crypto.h"
#include "foundation/json_writer.h"

namespace aiva::cli {
namespace {

namespace fs = std::filesystem;
using knowledge::Document;
using knowledge::DocumentStatus;
using knowledge::KnowledgeBasePointer;

constexpr std::size_t copy_block_bytes = 1 << 20;
constexpr auto poll_interval = std::chrono::milliseconds(100);

std::vector<fs::path> collect_files(const std::vector<std::string>& names,
                                    std::vector<std::string>& missing) {
  std::vector<fs::path> files;
  for (const auto& name : names) {
    std::error_code error;
    if (fs::is_directory(name, error)) {
      for (const auto& entry : fs::recursive_directory_iterator(
               name, fs::directory_options::skip_permission_denied, error))
        if (entry.is_regular_file(error) && !entry.path().filename().string().starts_with('.'))
          files.push_back(entry.path());
    } else if (fs::is_regular_file(name, error)) {
      files.emplace_back(name);
    } else {
      missing.push_back(name);
    }
  }
  std::ranges::sort(files);
  return files;
}

Result<KnowledgeBasePointer> find_or_create(knowledge::Knowledge& knowledge, CallContext context,
                                            const std::string& name_or_id) {
  auto found = find_knowledge_base(knowledge, context, name_or_id);
  if (found || found.error().code != ErrorCode::not_found) return found;
  knowledge::NewKnowledgeBase base{.name = name_or_id.empty() ? "Documents" : name_or_id};
  return sync_wait(knowledge.create(context, base));
}

Result<Document> wait_for(knowledge::Knowledge& knowledge, CallContext context, DocumentId id,
                          ProgressBar& bar) {
  for (;;) {
    TRY(auto document, sync_wait(knowledge.document(context, id)));
    if (is_final(document.status)) return document;
    bar.show(document.progress, document.current_step);
    std::this_thread::sleep_for(poll_interval);
  }
}

std::string outcome_of(const Document& document) {
  if (document.status == DocumentStatus::completed)
    return std::to_string(document.page_count) + " pages, " +
           std::to_string(document.total_chunks) + " chunks" +
           (document.is_partial ? " (partial)" : "");
  return std::string(to_string(document.status)) + ": " + document.error_message;
}

void write_document(JsonWriter& writer, const Document& document) {
  writer.begin_object();
  writer.field("document_id", document.id).field("filename", document.filename);
  writer.field("status", to_string(document.status)).field("pages", document.page_count);
  writer.field("chunks", document.total_chunks).field("error", document.error_message);
  writer.end_object();
}

Result<Document> ingest_one(knowledge::Knowledge& knowledge, ObjectStore& objects,
                            CallContext context, KnowledgeBaseId base, const fs::path& file,
                            bool is_quiet) {
  ProgressBar bar(file.filename().string(), is_quiet);
  bar.show(0, "copying");
  auto document = [&]() -> Result<Document> {
    TRY(auto staged, stage_file(file, objects.staging_folder()));
    TRY(auto added, sync_wait(knowledge.add_document(context, base, std::move(staged))));
    return wait_for(knowledge, context, added.document.id, bar);
  }();
  bar.finish(document ? outcome_of(*document) : "failed: " + describe(document.error()));
  return document;
}

}  // namespace

Result<KnowledgeBasePointer> find_knowledge_base(knowledge::Knowledge& knowledge,
                                                 CallContext context,
                                                 const std::string& name_or_id) {
  if (auto id = KnowledgeBaseId::parse(name_or_id)) return sync_wait(knowledge.get(context, *id));
  constexpr int page_size = 200;
  std::string choices;
  for (int page = 1;; ++page) {
    knowledge::Knowledge::ListFilter filter{.page = {.page = page, .limit = page_size}};
    TRY(auto bases, sync_wait(knowledge.list(context, filter)));
    for (const auto& base : bases->items) {
      if (name_or_id.empty() || base.name == name_or_id)
        return sync_wait(knowledge.get(context, base.id));
      choices += (choices.empty() ? "" : ", ") + base.name;
    }
    if (bases->items.size() < page_size) break;
  }
  if (choices.empty()) return fail(ErrorCode::not_found, "There is no knowledge base yet");
  return fail(ErrorCode::not_found,
              "No knowledge base is named '" + name_or_id + "'; there are: " + choices);
}

Result<knowledge::NewDocument> stage_file(const fs::path& file, const fs::path& staging_folder) {
  std::ifstream input(file, std::ios::binary);
  if (!input) return fail(ErrorCode::not_found, "Cannot read " + file.string());
  auto target = staging_folder / ("cli-" + random_token(16));
  std::ofstream output(target, std::ios::binary);
  Sha256 hash;
  std::string block(copy_block_bytes, '\0');
  std::int64_t size = 0;
  while (input.read(block.data(), static_cast<std::streamsize>(block.size())), input.gcount() > 0) {
    std::string_view piece(block.data(), static_cast<std::size_t>(input.gcount()));
    hash.update(piece);
    output.write(piece.data(), static_cast<std::streamsize>(piece.size()));
    size += input.gcount();
  }
  output.close();
  if (!output) {
    std::error_code ignored;
    fs::remove(target, ignored);
    return fail(ErrorCode::unavailable, "Cannot write to " + staging_folder.string());
  }
  return knowledge::NewDocument{.filename = file.filename().string(),
                                .staged_path = target.string(),
                                .size_bytes = size,
                                .content_sha256 = to_hex(hash.finish())};
}

int run_ingest(knowledge::Knowledge& knowledge, ObjectStore& objects, CallContext context,
               const IngestOptions& options) {
  std::vector<std::string> missing;
  auto files = collect_files(options.files, missing);
  for (const auto& name : missing) std::fprintf(stderr, "No such file: %s\n", name.c_str());
  if (!missing.empty() || files.empty()) return 2;
  auto base = find_or_create(knowledge, context, options.knowledge_base);
  if (!base) return report(base.error());

  std::string text;
  JsonWriter writer(text);
  writer.begin_object().field("knowledge_base_id", (*base)->id).field("name", (*base)->name);
  writer.key("documents").begin_array();
  int failures = 0;
  for (const auto& file : files) {
    auto document = ingest_one(knowledge, objects, context, (*base)->id, file, options.is_json);
    bool is_done = document && document->status == DocumentStatus::completed;
    failures += is_done ? 0 : 1;
    if (document)
      write_document(writer, *document);
    else
      writer.begin_object()
          .field("filename", file.string())
          .field("status", "failed")
          .field("error", describe(document.error()))
          .end_object();
  }
  writer.end_array().end_object();
  if (options.is_json) std::printf("%s\n", text.c_str());
  if (!options.is_json)
    std::printf("%zu of %zu documents are in the knowledge base '%s'.\n",
                files.size() - static_cast<std::size_t>(failures), files.size(),
                (*base)->name.c_str());
  return failures == 0 ? 0 : 1;
}

}  // namespace aiva::cli

#include "faces/cli/ingest_command.h"

#include <cstdio>
#include <fstream>

#include "faces/cli/bulk_ingest.h"
#include "faces/cli/file_selection.h"
#include "faces/cli/output.h"
#include "foundation/crypto.h"

namespace aiva::cli {
namespace {

namespace fs = std::filesystem;
using knowledge::KnowledgeBasePointer;

constexpr std::size_t copy_block_bytes = 1 << 20;

Result<KnowledgeBasePointer> find_or_create(knowledge::Knowledge& knowledge, CallContext context,
                                            const std::string& name_or_id) {
  auto found = find_knowledge_base(knowledge, context, name_or_id);
  if (found || found.error().code != ErrorCode::not_found) return found;
  knowledge::NewKnowledgeBase base{.name = name_or_id.empty() ? "Documents" : name_or_id};
  return sync_wait(knowledge.create(context, base));
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
  auto selection = select_files(options.files, options.includes, options.excludes);
  for (const auto& name : selection.missing)
    std::fprintf(stderr, "No such file: %s\n", name.c_str());
  for (const auto& name : selection.unreadable)
    std::fprintf(stderr, "Cannot read the folder: %s\n", name.c_str());
  if (!selection.missing.empty()) return 2;
  if (selection.files.empty()) {
    std::fprintf(stderr, "There is no file to add\n");
    return 2;
  }
  auto base = find_or_create(knowledge, context, options.knowledge_base);
  if (!base) return report(base.error());
  BulkIngest bulk(knowledge, objects, context, **base);
  bulk.run(selection.files, options.parallel, options.is_json);
  if (options.is_json)
    std::printf("%s\n", bulk.json().c_str());
  else
    std::printf("%s\n", bulk.summary().c_str());
  return bulk.has_failures() || !selection.unreadable.empty() ? 1 : 0;
}

}  // namespace aiva::cli

#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "capabilities/knowledge/knowledge.h"
#include "foundation/call_context.h"
#include "ports/object_store.h"

namespace aiva::cli {

struct IngestOptions {
  std::vector<std::string> files;       // folders are walked
  std::vector<std::string> includes{};  // patterns; empty: everything
  std::vector<std::string> excludes{};
  std::string knowledge_base{};  // name or id; empty: the first, or a new "Documents"
  int parallel = 4;              // files stored at a time
  bool is_json = false;
};

// Finds the knowledge base by name or id within the context's tenant, or the first one when the
// name is empty; `not_found` names the choices.
Result<knowledge::KnowledgeBasePointer> find_knowledge_base(knowledge::Knowledge& knowledge,
                                                            CallContext context,
                                                            const std::string& name_or_id);

// Adds the files and waits until each is completed or failed, and what came out of archives too. A
// file keeps its path below the folder that was named; what is there already is not read again, so
// that an interrupted run is taken up by starting it again. Answers 0, 1 when any failed, 2 when
// there is nothing to add. Somebody must be working on the queue meanwhile.
int run_ingest(knowledge::Knowledge& knowledge, ObjectStore& objects, CallContext context,
               const IngestOptions& options);

// Copies a file into the staging folder with its size and hash.
Result<knowledge::NewDocument> stage_file(const std::filesystem::path& file,
                                          const std::filesystem::path& staging_folder);

}  // namespace aiva::cli

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
  std::vector<std::string> files;  // folders are walked
  std::string knowledge_base{};    // name or id; empty: the first, or a new "Documents"
  bool is_json = false;
};

// Finds the knowledge base by name or id within the context's tenant, or the first one when the
// name is empty; `not_found` names the choices.
Result<knowledge::KnowledgeBasePointer> find_knowledge_base(knowledge::Knowledge& knowledge,
                                                            CallContext context,
                                                            const std::string& name_or_id);

// Adds the files and waits until each is completed or failed; 1 when any failed. Somebody must be
// working on the queue meanwhile.
int run_ingest(knowledge::Knowledge& knowledge, ObjectStore& objects, CallContext context,
               const IngestOptions& options);

// Copies a file into the staging folder with its size and hash.
Result<knowledge::NewDocument> stage_file(const std::filesystem::path& file,
                                          const std::filesystem::path& staging_folder);

}  // namespace aiva::cli

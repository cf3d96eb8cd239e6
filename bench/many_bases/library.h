#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "capabilities/knowledge/document_catalog.h"
#include "capabilities/search/search.h"
#include "knowledge_rig.h"

namespace aiva::bench {

// A server's knowledge and search over files of their own, but for the embedder, which only hashes
// words: what is measured is everything else. Ends the program when anything fails.
class Library {
 public:
  explicit Library(std::size_t dimension);

  KnowledgeBaseId add_base(const std::string& name);
  // Texts become chunks of a document, each a paragraph.
  void add_document(KnowledgeBaseId base, const std::vector<std::string>& texts);
  // Ingests what was added.
  void run_jobs();
  [[nodiscard]] std::int64_t chunks(KnowledgeBaseId base);
  search::SearchAnswer search(const std::vector<KnowledgeBaseId>& bases, const std::string& query);

 private:
  KnowledgeRig rig_;
  std::unique_ptr<knowledge::DocumentCatalog> catalog_;
  std::unique_ptr<search::Search> search_;
};

}  // namespace aiva::bench

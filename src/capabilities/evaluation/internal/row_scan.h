#pragma once

#include <functional>
#include <string>
#include <vector>

#include "capabilities/evaluation/evaluation.h"

namespace aiva::evaluation {

// Every document of a knowledge base, oldest pages last.
Task<Result<std::vector<knowledge::Document>>> list_documents(CallContext context,
                                                              knowledge::Knowledge& knowledge,
                                                              KnowledgeBaseId base);

// Some passages of one document.
using EachPassages = std::function<Result<void>(const knowledge::Document& document,
                                                const std::vector<IndexedPassage>& passages)>;

// Reads the rows of these documents in turn, some thousand passages at a time, and gives them to
// `each` until it fails. With vectors of the subject's embedder.
Task<Result<void>> scan_rows(CallContext context, Subject subject, KnowledgeBaseId base,
                             const std::vector<knowledge::Document>& documents, EachPassages each);

}  // namespace aiva::evaluation

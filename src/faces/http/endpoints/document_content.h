#pragma once

#include <vector>

#include "capabilities/knowledge/knowledge.h"
#include "faces/http/route.h"
#include "ports/database.h"
#include "ports/object_store.h"

namespace aiva::http {

// What is in a document: …/documents/:documentId/file and …/chunks, in the spellings of their
// documents. All parts are borrowed.
struct DocumentContentParts {
  knowledge::Knowledge& knowledge;
  Database& database;
  ObjectStore& objects;
};
std::vector<Route> document_content_routes(const DocumentContentParts& parts);

}  // namespace aiva::http

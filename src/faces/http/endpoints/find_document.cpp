#include "faces/http/endpoints/find_document.h"

namespace aiva::http {

Task<Result<knowledge::Document>> find_document(knowledge::Knowledge& knowledge,
                                                CallContext context, Request& request) {
  CO_TRY(auto id, request.id<DocumentId>("documentId"));
  CO_TRY(auto document, co_await knowledge.document(context, id));
  if (request.parameter("kbId").data() != nullptr) {
    CO_TRY(auto base, request.id<KnowledgeBaseId>("kbId"));
    if (document.knowledge_base != base) co_return fail(ErrorCode::not_found, "No such document");
  }
  co_return document;
}

}  // namespace aiva::http

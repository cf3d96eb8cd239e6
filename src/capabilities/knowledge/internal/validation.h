#pragma once

#include <cstdint>
#include <string_view>

#include "capabilities/knowledge/knowledge.h"
#include "capabilities/knowledge/types.h"
#include "foundation/result.h"

namespace aiva::knowledge {

// The checked and trimmed form of a new knowledge base, without id, tenant and times. Fails with
// `invalid` and every wrong field.
Result<KnowledgeBase> check_new_base(NewKnowledgeBase base);

// Puts a change into `base`; fails with `invalid` and every wrong field, leaving `base` as it was.
Result<void> apply_change(KnowledgeBase& base, KnowledgeBaseChange change);

// The checked form of an upload; the file name loses folders unless it comes with its path. Fails
// with `invalid` or `too_large`.
Result<NewDocument> check_new_document(NewDocument document, std::int64_t bytes_max);

// Fails with `invalid` unless `metadata` is a JSON object of at most 16 KB.
Result<void> check_metadata(const std::string& metadata);

// `metadata` with the members of `patch`, those that are null removed (RFC 7396). Both are objects.
Result<std::string> merge_metadata(std::string_view metadata, std::string_view patch);

// A path as an archive tells it, with "/" between folders and without steps up or in place.
std::string tidy_path(std::string path);

// Whether an upload asks to be refused when the knowledge base has the same content already.
bool rejects_duplicates(const NewDocument& document);

// How documents are cut, from the settings' `chunk_size` and `chunk_overlap`; the defaults when
// they cannot be read.
ChunkSettings read_chunk_settings(std::string_view settings);

// The known type for a file name's ending ("pdf"), empty for others.
std::string_view file_type_of(std::string_view filename);

Result<void> check_page(const PageRequest& page);
Result<void> check_filter(const Knowledge::ListFilter& filter);

}  // namespace aiva::knowledge

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/ids.h"
#include "foundation/time.h"
#include "ports/document_reader.h"
#include "ports/list_position.h"

namespace aiva::knowledge {

// How documents of a knowledge base are cut; zero means the server's structure-first default.
struct ChunkSettings {
  int chunk_size = 0;     // characters per chunk, 100…8000
  int chunk_overlap = 0;  // characters, < chunk_size
  bool operator==(const ChunkSettings&) const = default;
};

struct KnowledgeBase {
  KnowledgeBaseId id{};
  TenantId tenant{};
  std::string tenant_name{};
  std::string name;
  std::string description{};
  std::string type = "general";   // general | product_catalog | faq | documentation
  std::string status = "active";  // active | processing | inactive
  std::string settings = "{}";    // JSON object as the client gave it
  ChunkSettings chunks{};         // read from settings
  std::int64_t document_count = 0;
  std::int64_t chunk_count = 0;
  std::int64_t version = 0;  // grows with every change of its chunks
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
};

// How far a re-index of a knowledge base is.
struct ReindexProgress {
  std::string state = "none";  // none | running | completed | cancelled
  UnixMs started_at = 0;
  std::int64_t documents = 0;  // that are or will be read again, as far as they still exist
  std::int64_t done = 0;
  std::int64_t failed = 0;  // what they held before is still searched
};

// What a knowledge base holds.
struct BaseStatistics {
  std::int64_t documents = 0;
  std::int64_t documents_completed = 0;
  std::int64_t documents_failed = 0;
  std::int64_t documents_in_work = 0;  // neither completed, failed nor cancelled
  std::int64_t size_bytes = 0;         // of the uploaded files
  std::int64_t pages = 0;
  std::int64_t chunks = 0;
  std::int64_t vectors = 0;  // of the embedder's model
  std::string embedding_model{};
  std::size_t vector_dimension = 0;
  std::int64_t documents_of_other_models = 0;  // found by words only until they are read again
  ReindexProgress reindex{};
};

struct NewKnowledgeBase {
  std::string name;
  std::string description{};
  std::string type = "general";
  std::string settings = "{}";
};

// Only the fields present change.
struct KnowledgeBaseChange {
  std::optional<std::string> name{};
  std::optional<std::string> description{};
  std::optional<std::string> type{};
  std::optional<std::string> status{};
  std::optional<std::string> settings{};
};

enum class DocumentStatus {
  queued,
  processing,
  chunking,
  embedding,
  storing,
  completed,
  failed,
  cancelled,
};

std::string_view to_string(DocumentStatus status);
std::optional<DocumentStatus> parse_document_status(std::string_view text);
// Whether nothing more happens to the document by itself.
bool is_final(DocumentStatus status);

struct Document {
  DocumentId id{};
  KnowledgeBaseId knowledge_base{};
  TenantId tenant{};
  DocumentId parent{};      // the archive it was found in; nil for most
  std::string filename;     // as uploaded, without folders; its path in the archive
  std::string file_type{};  // "pdf", "txt", … once known
  std::int64_t file_size_bytes = 0;
  std::string content_sha256{};  // hex
  int version = 1;               // of the content searches see, or which is the first to be read
  int next_version = 0;          // of newer content that is being read; 0: there is none
  bool is_served = false;        // searches see `version`, whatever the status of the next one is
  DocumentStatus status = DocumentStatus::queued;
  int progress = 0;  // 0…100
  std::string current_step{};
  std::int64_t total_chunks = 0;
  std::int64_t processed_chunks = 0;
  std::string error_message{};
  bool is_partial = false;              // some pages could not be read; the reason is in the stats
  std::string processing_stats = "{}";  // JSON
  std::string metadata = "{}";          // JSON object as the client gave it
  std::string title{};
  int page_count = 0;
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
};

// A finished upload in the object store's staging folder.
struct NewDocument {
  std::string filename;
  std::string staged_path;
  std::int64_t size_bytes = 0;
  std::string content_sha256;
  std::string metadata = "{}";
  std::string source_url{};   // where it was fetched; two of the same are versions of one document
  DocumentId parent{};        // the archive it was found in
  bool has_path = false;      // keep folders in the file name
  bool keeps_both = false;    // a document of its own even if there is one of this name
  bool is_refusable = false;  // `rate_limited` while too many of the tenant's wait to be read
};

// What became of a file that was handed in. A duplicate is a document that was there already with
// the same content.
struct AddedDocument {
  Document document{};
  bool is_duplicate = false;
};

// Where a part of a chunk's text stands: bytes [begin, end) of the text are on `page`.
struct ChunkSpan {
  int page = 1;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::optional<Box> box{};
};

struct Chunk {
  ChunkId id{};
  DocumentId document{};
  KnowledgeBaseId knowledge_base{};
  std::int64_t index = 0;     // within the document, from 0
  std::string type = "text";  // text | table | code
  std::string text;
  std::string heading_path{};  // "Part > Chapter > Section"
  int page_first = 1;
  int page_last = 1;
  int token_count = 0;
  std::vector<ChunkSpan> spans{};
  // Of the document, so that a hit needs no second look-up:
  std::string document_name{};
  std::string file_type{};
  int document_version = 1;  // whose content it is
  std::string document_metadata{};
  UnixMs document_created_at = 0;
};

// The page on which byte `offset` of the chunk's text stands.
int page_at(const Chunk& chunk, std::size_t offset);

struct PageRequest {
  int page = 1;    // from 1
  int limit = 50;  // 1…200
  // Instead of a page: what stands behind this entry in the list's order. Its key is created_at.
  std::optional<ListPosition> after{};
};

template <class T>
struct PageOf {
  std::vector<T> items;
  std::int64_t total = 0;
};

}  // namespace aiva::knowledge

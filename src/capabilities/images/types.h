#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/billing/billing.h"
#include "foundation/ids.h"
#include "foundation/time.h"
#include "ports/image_model.h"

namespace aiva::images {

inline constexpr std::int64_t image_bytes_max = 10 * 1024 * 1024;

struct Image {
  ImageId id{};
  TenantId tenant{};
  KnowledgeBaseId knowledge_base{};
  DocumentId document{};   // nil: uploaded by itself
  int page = 0;            // of the document, from 1
  std::string filename{};  // as uploaded, without folders
  std::string media_type{};
  int width = 0;
  int height = 0;
  std::int64_t size_bytes = 0;
  std::string content_sha256{};
  std::uint64_t difference_hash = 0;
  std::string description{};
  std::string text{};  // the print on it
  std::vector<SeenObject> labels{};
  std::string metadata = "{}";  // a JSON object as the client gave it
  std::string model{};          // of its picture's vector
  UnixMs created_at = 0;

  // Where it is served, below the address of the server.
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::string thumbnail_url() const;
};

// A finished upload in the object store's staging folder.
struct NewImage {
  std::string filename{};
  std::filesystem::path staged_path{};
  std::int64_t size_bytes = 0;
  std::string content_sha256{};
  std::string description{};
  std::string metadata = "{}";
};

// What became of a file that was handed in.
struct AddedImage {
  Image image{};
  // An image of the knowledge base that looks the same.
  std::optional<ImageId> duplicate_of{};
  bool is_stored = true;  // false: the same file was there already, and `image` is that one
  double processing_time_ms = 0;
};

// A stored file, ready to be sent.
struct ImageFile {
  std::filesystem::path path{};
  std::string media_type{};
};

struct ImageStatistics {
  std::int64_t images = 0;
  std::int64_t uploaded = 0;
  std::int64_t figures = 0;     // found in documents
  std::int64_t size_bytes = 0;  // of the files, without thumbnails
  std::int64_t vectors = 0;     // of the model in use
  std::string model{};
  std::size_t dimension = 0;
};

// What is looked for: a text, a picture, a stored image, or several of these.
struct ImageQuery {
  KnowledgeBaseId knowledge_base{};
  std::string text{};                              // at most 2000 characters
  std::optional<std::filesystem::path> picture{};  // an image file, borrowed
  std::optional<ImageId> like{};                   // an image of the knowledge base
  int top_k = 5;                                   // 1…50
  double score_min = 0;                            // hits below it are left out
  bool is_billed = true;                           // false: the caller charges base_cost
  std::vector<KnowledgeBaseId> other_bases{};  // searched with it as if all were one; at most 99
  bool only_near = false;  // leaves out what is merely nearer than the rest, see ImageSettings
  bool is_logged = true;   // false: its words are not kept; not where it is billed
  bool is_part = false;    // of a search that is charged already: only a picture costs something
  bool only_pictures = false;  // the words about them do not count, where texts see pictures
};

inline constexpr std::size_t bases_per_query_max = 100;

struct ImageHit {
  Image image{};
  double score = 0;                        // hits are sorted by it, see SearchAnswer
  std::optional<double> picture_cosine{};  // how alike the pictures look, or picture and text
  std::optional<double> text_cosine{};     // how near text and words about the picture are
};

struct ImageAnswer {
  std::vector<ImageHit> hits{};
  // The models that ranked: one of pictures, one of texts, or both. With one list a hit's score is
  // its cosine; with two it is the fused rank, 1 for the first of both.
  std::string image_model{};
  std::string text_model{};
  std::int64_t images_searched = 0;
  double search_time_ms = 0;
  billing::MicroUsd base_cost = 0;  // before the margin
};

}  // namespace aiva::images

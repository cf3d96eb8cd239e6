#include "capabilities/knowledge/internal/validation.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "foundation/json.h"
#include "foundation/text/utf8.h"

namespace aiva::knowledge {
namespace {

constexpr std::size_t name_characters_max = 255;
constexpr std::size_t description_characters_max = 5000;
constexpr std::size_t object_bytes_max = 64 * 1024;
constexpr std::size_t metadata_bytes_max = 16 * 1024;
constexpr std::size_t path_bytes_max = 1024;
constexpr std::size_t object_depth_max = 16;
constexpr std::size_t filename_bytes_max = 255;
constexpr std::int64_t chunk_size_min = 100;
constexpr std::int64_t chunk_size_max = 8000;
constexpr int page_number_max = 1'000'000;
constexpr int page_limit_max = 200;

constexpr std::array<std::string_view, 4> base_types = {"general", "product_catalog", "faq",
                                                        "documentation"};
constexpr std::array<std::string_view, 3> base_statuses = {"active", "processing", "inactive"};

// Collects the wrong fields of one input.
class Mistakes {
 public:
  void add(std::string field, std::string message) {
    fields_.push_back({std::move(field), std::move(message)});
  }
  void add_all(const Error& error) {
    fields_.insert(fields_.end(), error.details.begin(), error.details.end());
  }
  Result<void> finish() {
    if (fields_.empty()) return {};
    Error error{.code = ErrorCode::invalid, .message = "The request is not valid"};
    error.details = std::move(fields_);
    return fail(std::move(error));
  }

 private:
  std::vector<FieldError> fields_;
};

std::string trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(blanks) - first + 1));
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

bool has_control_characters(std::string_view text, std::string_view allowed = {}) {
  return std::ranges::any_of(text, [allowed](char byte) {
    auto value = static_cast<unsigned char>(byte);
    return (value < 0x20 || value == 0x7F) && allowed.find(byte) == std::string_view::npos;
  });
}

void check_name(const std::string& name, Mistakes& mistakes) {
  if (name.empty()) mistakes.add("name", "is required");
  if (count_characters(name) > name_characters_max)
    mistakes.add("name",
                 "must have at most " + std::to_string(name_characters_max) + " characters");
  if (!is_valid_utf8(name) || has_control_characters(name))
    mistakes.add("name", "must be text without control characters");
}

void check_description(const std::string& description, Mistakes& mistakes) {
  if (count_characters(description) > description_characters_max)
    mistakes.add("description",
                 "must have at most " + std::to_string(description_characters_max) + " characters");
  if (!is_valid_utf8(description) || has_control_characters(description, "\n\r\t"))
    mistakes.add("description", "must be text without control characters");
}

template <std::size_t Count>
void check_choice(const std::string& field, const std::string& value,
                  const std::array<std::string_view, Count>& choices, Mistakes& mistakes) {
  if (std::ranges::find(choices, value) != choices.end()) return;
  std::string list;
  for (auto choice : choices) list.append(list.empty() ? "" : ", ").append(choice);
  mistakes.add(field, "must be one of " + list);
}

// The object in `text`, or a mistake.
json::Value check_object(const std::string& field, const std::string& text, Mistakes& mistakes,
                         std::size_t bytes_max = object_bytes_max) {
  auto value = json::parse(text, {.bytes_max = bytes_max, .depth_max = object_depth_max});
  if (!value) {
    mistakes.add(field, value.error().code == ErrorCode::too_large
                            ? "must have at most " + std::to_string(bytes_max) + " bytes"
                            : "must be a JSON object");
    return json::Object();
  }
  if (value->is_object()) return std::move(*value);
  mistakes.add(field, "must be a JSON object");
  return json::Object();
}

Result<ChunkSettings> read_settings(const json::Value& settings) {
  json::Fields fields(settings, "settings");
  ChunkSettings chunks;
  if (fields.has("chunk_size"))
    chunks.chunk_size =
        static_cast<int>(fields.integer("chunk_size", 0, chunk_size_min, chunk_size_max));
  chunks.chunk_overlap =
      static_cast<int>(fields.integer("chunk_overlap", 0, 0, chunk_size_max - 1));
  (void)fields.optional_boolean("enable_image_search");
  (void)fields.optional_text("embedding_model", {.length_max = 200});
  if (chunks.chunk_overlap > 0 && chunks.chunk_overlap >= chunks.chunk_size)
    fields.add_error("chunk_overlap", "must be less than chunk_size");
  TRY_VOID(fields.finish());
  return chunks;
}

void check_settings(KnowledgeBase& base, Mistakes& mistakes) {
  auto settings = check_object("settings", base.settings, mistakes);
  auto chunks = read_settings(settings);
  if (chunks)
    base.chunks = *chunks;
  else
    mistakes.add_all(chunks.error());
}

void check_page_numbers(const PageRequest& page, Mistakes& mistakes) {
  if (page.page < 1 || page.page > page_number_max)
    mistakes.add("page", "must be between 1 and " + std::to_string(page_number_max));
  if (page.limit < 1 || page.limit > page_limit_max)
    mistakes.add("limit", "must be between 1 and " + std::to_string(page_limit_max));
}

std::string without_folders(std::string_view filename) {
  auto slash = filename.find_last_of("/\\");
  return trim(slash == std::string_view::npos ? filename : filename.substr(slash + 1));
}

// RFC 7396; the depth of a patch is limited where it is parsed.
void merge(json::Value& target, const json::Value& patch) {
  if (!patch.is_object()) {
    target = patch;
    return;
  }
  if (!target.is_object()) target = json::Object();
  for (const auto& [name, change] : patch.get_object()) {
    if (change.is_null())
      target.get_object().erase(name);
    else
      merge(target.get_object()[name], change);
  }
}

bool is_hex_digest(std::string_view text) {
  return text.size() == 64 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace

std::string tidy_path(std::string path) {
  std::ranges::replace(path, '\\', '/');
  std::string tidy;
  for (std::size_t at = 0; at <= path.size();) {
    auto end = std::min(path.find('/', at), path.size());
    auto name = trim(std::string_view(path).substr(at, end - at));
    at = end + 1;
    if (name.empty() || name == "." || name == "..") continue;
    tidy.append(tidy.empty() ? "" : "/").append(name);
  }
  return tidy;
}

Result<KnowledgeBase> check_new_base(NewKnowledgeBase base) {
  Mistakes mistakes;
  KnowledgeBase checked{.name = trim(base.name),
                        .description = trim(base.description),
                        .type = std::move(base.type),
                        .settings = std::move(base.settings)};
  check_name(checked.name, mistakes);
  check_description(checked.description, mistakes);
  check_choice("type", checked.type, base_types, mistakes);
  check_settings(checked, mistakes);
  TRY_VOID(mistakes.finish());
  return checked;
}

Result<void> apply_change(KnowledgeBase& base, KnowledgeBaseChange change) {
  Mistakes mistakes;
  auto changed = base;
  if (change.name) {
    changed.name = trim(*change.name);
    check_name(changed.name, mistakes);
  }
  if (change.description) {
    changed.description = trim(*change.description);
    check_description(changed.description, mistakes);
  }
  if (change.type) {
    changed.type = std::move(*change.type);
    check_choice("type", changed.type, base_types, mistakes);
  }
  if (change.status) {
    changed.status = std::move(*change.status);
    check_choice("status", changed.status, base_statuses, mistakes);
  }
  if (change.settings) {
    changed.settings = std::move(*change.settings);
    check_settings(changed, mistakes);
  }
  TRY_VOID(mistakes.finish());
  base = std::move(changed);
  return {};
}

Result<NewDocument> check_new_document(NewDocument document, std::int64_t bytes_max) {
  if (document.size_bytes > bytes_max)
    return fail(ErrorCode::too_large,
                "The file has more than " + std::to_string(bytes_max) + " bytes");
  Mistakes mistakes;
  auto bytes_longest = document.has_path ? path_bytes_max : filename_bytes_max;
  document.filename = document.has_path ? tidy_path(std::move(document.filename))
                                        : without_folders(document.filename);
  if (document.filename.empty() || document.filename == "." || document.filename == "..")
    mistakes.add("file", "must have a file name");
  if (document.filename.size() > bytes_longest || !is_valid_utf8(document.filename) ||
      has_control_characters(document.filename))
    mistakes.add("file", "must have a name of at most " + std::to_string(bytes_longest) +
                             " bytes of text without control characters");
  if (document.size_bytes <= 0) mistakes.add("file", "must not be empty");
  if (!is_hex_digest(document.content_sha256))
    mistakes.add("content_sha256", "must be 64 hexadecimal digits");
  check_object("metadata", document.metadata, mistakes, metadata_bytes_max);
  TRY_VOID(mistakes.finish());
  return document;
}

Result<void> check_metadata(const std::string& metadata) {
  Mistakes mistakes;
  check_object("metadata", metadata, mistakes, metadata_bytes_max);
  return mistakes.finish();
}

Result<std::string> merge_metadata(std::string_view metadata, std::string_view patch) {
  TRY(auto whole, json::parse(metadata));
  TRY(auto changes, json::parse(patch));
  merge(whole, changes);
  return json::to_text(whole);
}

bool rejects_duplicates(const NewDocument& document) {
  auto metadata = json::parse(document.metadata);
  if (!metadata || !metadata->is_object()) return false;
  const auto* flag = metadata->get_object().if_contains("reject_duplicates");
  return flag != nullptr && flag->is_bool() && flag->get_bool();
}

ChunkSettings read_chunk_settings(std::string_view settings) {
  auto value = json::parse(settings);
  if (!value) return {};
  return read_settings(*value).value_or(ChunkSettings{});
}

std::string_view file_type_of(std::string_view filename) {
  struct Ending {
    std::string_view ending;
    std::string_view type;
  };
  constexpr std::array<Ending, 7> endings = {{{".pdf", "pdf"},
                                              {".txt", "txt"},
                                              {".text", "txt"},
                                              {".md", "md"},
                                              {".markdown", "md"},
                                              {".html", "html"},
                                              {".htm", "html"}}};
  auto dot = filename.rfind('.');
  if (dot == std::string_view::npos) return {};
  std::string ending(filename.substr(dot));
  std::ranges::transform(ending, ending.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  for (const auto& known : endings)
    if (known.ending == ending) return known.type;
  return {};
}

Result<void> check_filter(const Knowledge::ListFilter& filter) {
  Mistakes mistakes;
  if (filter.type) check_choice("type", *filter.type, base_types, mistakes);
  if (filter.status) check_choice("status", *filter.status, base_statuses, mistakes);
  check_page_numbers(filter.page, mistakes);
  return mistakes.finish();
}

Result<void> check_page(const PageRequest& page) {
  Mistakes mistakes;
  check_page_numbers(page, mistakes);
  return mistakes.finish();
}

}  // namespace aiva::knowledge

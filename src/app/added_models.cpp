#include "app/added_models.h"

#include <algorithm>
#include <fstream>
#include <system_error>
#include <vector>

#include "adapters/onnx/clip_image_model.h"
#include "adapters/onnx/cross_encoder.h"
#include "foundation/crypto.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"
#include "foundation/read_file.h"

namespace aiva::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* note_name = "aiva.json";
constexpr std::size_t note_bytes_max = 4096;
constexpr std::size_t name_length_max = 60;
constexpr int dimension_max = 16384;

// "packaged" and "none" mean something else in the configuration.
bool is_name(const std::string& name) {
  auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  };
  return !name.empty() && name.size() <= name_length_max && name != "packaged" && name != "none" &&
         name.front() != '.' && std::ranges::all_of(name, is_plain);
}

Result<std::string> name_of(const ModelToAdd& wanted) {
  auto name = wanted.name;
  if (name.empty()) {
    std::error_code error;
    auto whole = fs::weakly_canonical(wanted.source, error);
    name = whole.filename().string();
    std::ranges::transform(name, name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
  }
  if (!is_name(name))
    return fail(ErrorCode::invalid,
                "A model's name has lower-case letters, digits and - _ . only: say --name");
  return name;
}

Result<void> copy_files(const fs::path& from, const fs::path& to,
                        const std::vector<fs::path>& files, const std::string& note) {
  std::error_code error;
  for (const auto& file : files) {
    fs::create_directories((to / file).parent_path(), error);
    if (!error) fs::copy_file(from / file, to / file, error);
    if (error) return fail(ErrorCode::unavailable, "Cannot copy " + file.string(), error.message());
  }
  std::ofstream stream(to / note_name, std::ios::binary);
  stream << note << "\n";
  stream.close();
  if (!stream) return fail(ErrorCode::unavailable, "Cannot write " + (to / note_name).string());
  return {};
}

// Puts the finished copy in place of what was there.
Result<void> put_in_place(const fs::path& made, const fs::path& place) {
  std::error_code error;
  auto old = place;
  old += ".old";
  fs::remove_all(old, error);
  if (fs::exists(place, error)) fs::rename(place, old, error);
  if (!error) fs::rename(made, place, error);
  if (error) return fail(ErrorCode::unavailable, "Cannot write " + place.string(), error.message());
  fs::remove_all(old, error);
  return {};
}

// Copies a model's files and the note beside them into the place of that name.
Result<void> install(const ModelToAdd& wanted, const std::string& name,
                     const std::vector<fs::path>& files, const std::string& note) {
  auto place = added_model_folder(wanted.data_folder, name);
  auto made = place;
  made += ".new-" + random_token(6);
  auto copied = copy_files(wanted.source, made, files, note);
  if (copied) copied = put_in_place(made, place);
  std::error_code ignored;
  fs::remove_all(made, ignored);
  return copied;
}

// The note of a model, or `unknown`.
Result<json::Value> read_note(const fs::path& data_folder, const std::string& name,
                              const std::unexpected<Error>& unknown) {
  if (!is_name(name)) return unknown;
  auto text = read_file(added_model_folder(data_folder, name) / note_name, note_bytes_max);
  if (!text) return unknown;
  return json::parse(*text, {.bytes_max = note_bytes_max});
}

}  // namespace

fs::path added_model_folder(const fs::path& data_folder, const std::string& name) {
  return data_folder / "models" / name;
}

std::string describe(const AddedClip& clip) {
  std::string text;
  JsonWriter(text)
      .begin_object()
      .field("name", clip.name)
      .field("model", clip.model)
      .field("dimension", clip.dimension)
      .field("picture_side", clip.picture_side)
      .field("tokens_max", clip.tokens_max)
      .end_object();
  return text;
}

Result<AddedClip> add_clip(const ModelToAdd& wanted) {
  AddedClip added;
  TRY(added.name, name_of(wanted));
  TRY(auto report, check_clip_folder(wanted.library, wanted.source));
  added.model = "clip-" + added.name + "-" + report.fingerprint;
  added.dimension = report.dimension;
  added.picture_side = report.picture_side;
  added.tokens_max = report.tokens_max;
  TRY_VOID(install(wanted, added.name, report.files, describe(added)));
  return added;
}

Result<AddedClip> find_added_clip(const fs::path& data_folder, const std::string& name) {
  auto unknown = fail(ErrorCode::invalid,
                      "images.model names no model: add it with `aiva models "
                      "add clip FOLDER`, or set it to \"packaged\"");
  TRY(auto note, read_note(data_folder, name, unknown));
  json::Fields fields(note);
  AddedClip added{.name = name,
                  .model = fields.text("model", {.length_min = 1, .length_max = 200})};
  added.dimension = static_cast<std::size_t>(fields.integer("dimension", 0, 1, dimension_max));
  added.picture_side = static_cast<int>(fields.integer("picture_side", 0, 1, dimension_max));
  added.tokens_max = static_cast<std::size_t>(fields.integer("tokens_max", 0, 1, dimension_max));
  TRY_VOID(fields.finish());
  if (added.dimension == 0) return unknown;
  return added;
}

std::string describe(const AddedReranker& reranker) {
  std::string text;
  JsonWriter(text)
      .begin_object()
      .field("name", reranker.name)
      .field("model", reranker.model)
      .field("tokens_max", reranker.tokens_max)
      .field("logits", reranker.logits)
      .end_object();
  return text;
}

Result<AddedReranker> add_reranker(const ModelToAdd& wanted) {
  AddedReranker added;
  TRY(added.name, name_of(wanted));
  TRY(auto report, check_cross_encoder_folder(wanted.library, wanted.source));
  added.model = added.name + "-" + report.fingerprint;
  added.tokens_max = report.tokens_max;
  added.logits = report.logits;
  TRY_VOID(install(wanted, added.name, report.files, describe(added)));
  return added;
}

Result<AddedReranker> find_added_reranker(const fs::path& data_folder, const std::string& name) {
  auto unknown = fail(ErrorCode::invalid,
                      "search.reranker names no reranker: add it with `aiva models "
                      "add reranker FOLDER`, or set it to \"none\"");
  TRY(auto note, read_note(data_folder, name, unknown));
  json::Fields fields(note);
  AddedReranker added{.name = name,
                      .model = fields.text("model", {.length_min = 1, .length_max = 200})};
  added.tokens_max = static_cast<std::size_t>(fields.integer("tokens_max", 0, 1, dimension_max));
  added.logits = static_cast<std::size_t>(fields.integer("logits", 0, 1, 2));
  if (!fields.finish() || added.logits == 0 || added.tokens_max == 0) return unknown;
  return added;
}

}  // namespace aiva::app

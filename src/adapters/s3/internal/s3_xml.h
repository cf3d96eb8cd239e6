#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"
#include "ports/object_store.h"

namespace aiva::s3 {

// A page of ListObjectsV2; keys are decoded.
struct ListPage {
  std::vector<ObjectEntry> entries{};
  std::string continuation{};  // of the next page; empty at the end
};

// A page of ListMultipartUploads.
struct UploadsPage {
  struct Upload {
    std::string key;
    std::string id;
    UnixMs begun_at = 0;
  };
  std::vector<Upload> uploads{};
  bool is_last = true;
  std::string next_key{};
  std::string next_id{};
};

// All fail with `unavailable` on what is no answer of that kind.
Result<ListPage> read_list_page(std::string_view xml);
Result<UploadsPage> read_uploads_page(std::string_view xml);
Result<std::string> read_upload_id(std::string_view xml);

// The code of an error's answer, empty where it is none: `NoSuchKey`.
std::string read_error_code(std::string_view xml);

// What completes an upload of parts with these entity tags, from part 1 on.
std::string write_parts(const std::vector<std::string>& etags);

}  // namespace aiva::s3

#include "adapters/s3/internal/s3_xml.h"

#include <pugixml.hpp>
#include <utility>

#include "adapters/s3/internal/endpoint.h"
#include "foundation/time.h"

namespace aiva::s3 {
namespace {

// Parses `xml`; its root must have that name.
Result<pugi::xml_node> open(pugi::xml_document& document, std::string_view xml, const char* root) {
  auto parsed = document.load_buffer(xml.data(), xml.size());
  if (parsed && document.child(root)) return document.child(root);
  return fail(ErrorCode::unavailable, "The object store's answer is malformed",
              std::string("no ") + root);
}

UnixMs time_of(const pugi::xml_node& node, const char* name) {
  return parse_iso8601(node.child_value(name)).value_or(0);
}

}  // namespace

Result<ListPage> read_list_page(std::string_view xml) {
  pugi::xml_document document;
  TRY(auto root, open(document, xml, "ListBucketResult"));
  bool is_encoded = std::string_view(root.child_value("EncodingType")) == "url";
  ListPage page;
  for (const auto& node : root.children("Contents")) {
    std::string key = node.child_value("Key");
    page.entries.push_back({.key = is_encoded ? decode_uri(key) : std::move(key),
                            .modified_at = time_of(node, "LastModified"),
                            .size = node.child("Size").text().as_ullong()});
  }
  if (root.child("IsTruncated").text().as_bool())
    page.continuation = root.child_value("NextContinuationToken");
  return page;
}

Result<UploadsPage> read_uploads_page(std::string_view xml) {
  pugi::xml_document document;
  TRY(auto root, open(document, xml, "ListMultipartUploadsResult"));
  UploadsPage page;
  for (const auto& node : root.children("Upload"))
    page.uploads.push_back({.key = node.child_value("Key"),
                            .id = node.child_value("UploadId"),
                            .begun_at = time_of(node, "Initiated")});
  page.is_last = !root.child("IsTruncated").text().as_bool();
  page.next_key = root.child_value("NextKeyMarker");
  page.next_id = root.child_value("NextUploadIdMarker");
  return page;
}

Result<std::string> read_upload_id(std::string_view xml) {
  pugi::xml_document document;
  TRY(auto root, open(document, xml, "InitiateMultipartUploadResult"));
  std::string id = root.child_value("UploadId");
  if (id.empty())
    return fail(ErrorCode::unavailable, "The object store's answer is malformed", "no UploadId");
  return id;
}

std::string read_error_code(std::string_view xml) {
  pugi::xml_document document;
  auto root = open(document, xml, "Error");
  return root ? root->child_value("Code") : "";
}

std::string write_parts(const std::vector<std::string>& etags) {
  std::string text = "<CompleteMultipartUpload>";
  int number = 0;
  for (const auto& etag : etags) {
    text += "<Part><PartNumber>" + std::to_string(++number) + "</PartNumber><ETag>";
    for (char c : etag) {
      if (c == '&')
        text += "&amp;";
      else if (c == '<')
        text += "&lt;";
      else
        text += c;
    }
    text += "</ETag></Part>";
  }
  return text + "</CompleteMultipartUpload>";
}

}  // namespace aiva::s3

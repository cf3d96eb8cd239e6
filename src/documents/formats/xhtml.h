#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aiva::documents {

// XHTML as a reader of HTML understands it: elements written as empty ones ("<a id='x'/>") get
// their end tags, which HTML needs.
std::string close_empty_elements(std::string_view xhtml);

// The files the images of a page are in, as the page refers to them.
std::vector<std::string> find_image_references(std::string_view html);

// Whether a heading element is in the text.
bool has_heading_element(std::string_view html);

}  // namespace aiva::documents

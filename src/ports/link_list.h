#pragma once

#include <string_view>

namespace aiva {

// The media type of the list that a DocumentReader delivers of an HTML page, as a document, where
// documents are wanted: the targets of its links as they are written there, one a line, after notes
// that begin with "# base ", "# canonical " and "# robots " and say what those elements of the page
// do. It is no document to be kept.
inline constexpr std::string_view link_list_media_type = "text/uri-list";

}  // namespace aiva

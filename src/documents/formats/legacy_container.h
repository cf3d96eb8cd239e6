#pragma once

#include <string_view>

namespace aiva::documents {

// What an OLE compound file (MS-CFB) holds, told by the names of its streams.
enum class OleContent { none, unknown, doc, xls, ppt };

// `none` where the bytes are no such file. Never trusts a length or a link.
OleContent recognise_ole(std::string_view bytes);

}  // namespace aiva::documents

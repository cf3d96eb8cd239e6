#pragma once

#include <string>
#include <string_view>

#include "foundation/result.h"

namespace aiva::documents {

// Text bytes of any charset as well-formed UTF-8 without byte order mark. In this order: a byte
// order mark; UTF-8 where the bytes are that; UTF-16 by its zero bytes; the charset the document
// names for itself (`declared`, may be empty or unknown); UTF-8 with a few broken sequences, which
// become U+FFFD; the charset ICU thinks likely. Fails with `invalid` when ICU cannot convert.
Result<std::string> decode_text(std::string_view bytes, std::string_view declared = {});

// Bytes of a charset that is known for certain, by any name ICU knows for it, as UTF-8. Fails with
// `invalid` where it is not known.
Result<std::string> convert_text(std::string_view bytes, const std::string& charset);

// The charset an HTML document names in its first bytes; empty when it names none.
std::string_view find_declared_charset(std::string_view html);

// Whether the beginning of the bytes can be text in some charset.
bool looks_like_text(std::string_view bytes);

}  // namespace aiva::documents

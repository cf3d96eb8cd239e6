#pragma once

namespace aiva::http {

// The status page, built into the program out of status_page/.
extern const char* const status_page_html;
extern const char* const status_page_script;
extern const char* const status_page_style;

}  // namespace aiva::http

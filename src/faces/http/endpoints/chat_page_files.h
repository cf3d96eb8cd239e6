#pragma once

namespace aiva::http {

// The files of the public chat page, built into the program out of chat_page/.
extern const char* const chat_page_script;
extern const char* const chat_page_style;
extern const char* const chat_widget_script;

}  // namespace aiva::http

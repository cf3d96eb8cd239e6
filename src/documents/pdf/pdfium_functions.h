#pragma once

#include <cstddef>
#include <cstdint>

namespace aiva::documents {

// PDFium's C interface as far as it is used here. Names, signatures and constants are those of its
// public headers fpdfview.h, fpdf_text.h, fpdf_doc.h and fpdf_edit.h; every handle is a pointer.
struct PdfiumFunctions {
  struct RectF {
    float left, top, right, bottom;
  };
  struct Matrix {
    float a, b, c, d, e, f;
  };
  struct LibraryConfig {
    int version;
    const char** user_font_paths;
    void* isolate;
    unsigned v8_embedder_slot;
    void* platform;
    int renderer_type;
    int font_library_type;
  };
  enum LoadError : unsigned long { success, unknown, file, format, password, security, page };
  static constexpr int font_is_fixed_pitch = 1;       // PDF 32000-1, table 123, bit 1
  static constexpr int font_is_force_bold = 1 << 18;  // bit 19

  void (*FPDF_InitLibraryWithConfig)(const LibraryConfig*);
  void* (*FPDF_LoadMemDocument64)(const void*, std::size_t, const char*);
  void (*FPDF_CloseDocument)(void*);
  unsigned long (*FPDF_GetLastError)();
  int (*FPDF_GetPageCount)(void*);
  unsigned long (*FPDF_GetMetaText)(void*, const char*, void*, unsigned long);
  void* (*FPDF_LoadPage)(void*, int);
  void (*FPDF_ClosePage)(void*);
  int (*FPDF_GetPageBoundingBox)(void*, RectF*);
  int (*FPDFPage_GetRotation)(void*);
  void* (*FPDFText_LoadPage)(void*);
  void (*FPDFText_ClosePage)(void*);
  int (*FPDFText_CountChars)(void*);
  unsigned (*FPDFText_GetUnicode)(void*, int);
  double (*FPDFText_GetFontSize)(void*, int);
  int (*FPDFText_GetFontWeight)(void*, int);
  unsigned long (*FPDFText_GetFontInfo)(void*, int, void*, unsigned long, int*);
  int (*FPDFText_GetLooseCharBox)(void*, int, RectF*);
  int (*FPDFText_GetMatrix)(void*, int, Matrix*);
  void* (*FPDFBookmark_GetFirstChild)(void*, void*);
  void* (*FPDFBookmark_GetNextSibling)(void*, void*);
  unsigned long (*FPDFBookmark_GetTitle)(void*, void*, unsigned long);
  void* (*FPDFBookmark_GetDest)(void*, void*);
  void* (*FPDFBookmark_GetAction)(void*);
  void* (*FPDFAction_GetDest)(void*, void*);
  int (*FPDFDest_GetDestPageIndex)(void*, void*);
  void* (*FPDFText_GetTextObject)(void*, int);  // null in builds of before 2024
};

}  // namespace aiva::documents

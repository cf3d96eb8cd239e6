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

  // For drawing pages; null where the build lacks them.
  static constexpr int bitmap_grey = 1;
  static constexpr int render_annotations = 0x01;
  static constexpr int render_grey = 0x08;
  static constexpr int image_object = 3;
  float (*FPDF_GetPageWidthF)(void*);
  float (*FPDF_GetPageHeightF)(void*);
  void* (*FPDFBitmap_CreateEx)(int, int, int, void*, int);
  void (*FPDFBitmap_FillRect)(void*, int, int, int, int, unsigned long);
  void (*FPDF_RenderPageBitmap)(void*, void*, int, int, int, int, int, int);
  void (*FPDFBitmap_Destroy)(void*);
  int (*FPDFPage_CountObjects)(void*);
  void* (*FPDFPage_GetObject)(void*, int);
  int (*FPDFPageObj_GetType)(void*);
  int (*FPDFPageObj_GetBounds)(void*, float*, float*, float*, float*);
  int (*FPDFImageObj_GetImagePixelSize)(void*, unsigned*, unsigned*);

  // For pictures, strokes and links; null where the build lacks them.
  static constexpr int text_object = 1;
  static constexpr int path_object = 2;
  static constexpr int form_object = 5;
  static constexpr int line_segment = 0;
  static constexpr int move_segment = 2;
  static constexpr unsigned long uri_action = 3;
  static constexpr int bitmap_bgr = 2;
  static constexpr int bitmap_bgrx = 3;
  static constexpr int bitmap_bgra = 4;
  int (*FPDFFormObj_CountObjects)(void*);
  void* (*FPDFFormObj_GetObject)(void*, unsigned long);
  int (*FPDFPageObj_GetMatrix)(void*, Matrix*);
  int (*FPDFPath_CountSegments)(void*);
  void* (*FPDFPath_GetPathSegment)(void*, int);
  int (*FPDFPathSegment_GetPoint)(void*, float*, float*);
  int (*FPDFPathSegment_GetType)(void*);
  int (*FPDFPathSegment_GetClose)(void*);
  int (*FPDFPath_GetDrawMode)(void*, int*, int*);
  int (*FPDFLink_Enumerate)(void*, int*, void**);
  void* (*FPDFLink_GetAction)(void*);
  int (*FPDFLink_GetAnnotRect)(void*, RectF*);
  unsigned long (*FPDFAction_GetType)(void*);
  unsigned long (*FPDFAction_GetURIPath)(void*, void*, void*, unsigned long);
  int (*FPDFImageObj_GetImageFilterCount)(void*);
  unsigned long (*FPDFImageObj_GetImageFilter)(void*, int, void*, unsigned long);
  unsigned long (*FPDFImageObj_GetImageDataRaw)(void*, void*, unsigned long);
  void* (*FPDFImageObj_GetBitmap)(void*);
  int (*FPDFBitmap_GetFormat)(void*);
  int (*FPDFBitmap_GetWidth)(void*);
  int (*FPDFBitmap_GetHeight)(void*);
  int (*FPDFBitmap_GetStride)(void*);
  void* (*FPDFBitmap_GetBuffer)(void*);
  int (*FPDFText_HasUnicodeMapError)(void*, int);
  int (*FPDFText_GetCharBox)(void*, int, double*, double*, double*, double*);
  int (*FPDFText_GetCharOrigin)(void*, int, double*, double*);
};

}  // namespace aiva::documents

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace orrery::testing {

inline constexpr const char *kPdfBase64 = "JVBERi0xLjQK";

/// A part, and what it is in each form for a server that takes everything.
struct PartCase {
    const char *name;
    const char *part;
    const char *openAi;
    const char *responses;
    const char *anthropic;
    const char *gemini;
};

inline constexpr PartCase kPartCases[] = {
    {"text", R"({"type":"text","content":"hi"})", R"({"type":"text","text":"hi"})",
     R"({"type":"input_text","text":"hi"})", R"({"type":"text","text":"hi"})", R"({"text":"hi"})"},
    {"an image",
     R"({"type":"image","content":"QUJD","options":{"media_type":"image/webp","name":"a.webp"}})",
     R"({"type":"image_url","image_url":{"url":"data:image/webp;base64,QUJD"}})",
     R"({"type":"input_image","image_url":"data:image/webp;base64,QUJD","detail":"auto"})",
     R"({"type":"image","source":{"type":"base64","media_type":"image/webp","data":"QUJD"}})",
     R"({"inlineData":{"mimeType":"image/webp","data":"QUJD"}})"},
    {"an image with detail", R"({"type":"image","content":"QUJD","options":{"detail":"low"}})",
     R"({"type":"image_url","image_url":{"url":"data:image/png;base64,QUJD","detail":"low"}})",
     R"({"type":"input_image","image_url":"data:image/png;base64,QUJD","detail":"low"})",
     R"({"type":"image","source":{"type":"base64","media_type":"image/png","data":"QUJD"}})",
     R"({"inlineData":{"mimeType":"image/png","data":"QUJD"}})"},
    {"an address", R"({"type":"image_url","content":"https://example.org/a.gif"})",
     R"({"type":"image_url","image_url":{"url":"https://example.org/a.gif"}})",
     R"({"type":"input_image","image_url":"https://example.org/a.gif","detail":"auto"})",
     R"({"type":"image","source":{"type":"url","url":"https://example.org/a.gif"}})",
     R"({"fileData":{"mimeType":"image/gif","fileUri":"https://example.org/a.gif"}})"},
    {"a data URL", R"({"type":"image_url","content":"data:image/png;base64,QUJD"})",
     R"({"type":"image_url","image_url":{"url":"data:image/png;base64,QUJD"}})",
     R"({"type":"input_image","image_url":"data:image/png;base64,QUJD","detail":"auto"})",
     R"({"type":"image","source":{"type":"base64","media_type":"image/png","data":"QUJD"}})",
     R"({"inlineData":{"mimeType":"image/png","data":"QUJD"}})"},
    {"a document",
     R"({"type":"file","content":"JVBERi0xLjQK","options":{"media_type":"application/pdf","name":"a.pdf"}})",
     R"({"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERi0xLjQK"}})",
     R"({"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERi0xLjQK"})",
     R"({"type":"document","title":"a.pdf","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0xLjQK"}})",
     R"({"inlineData":{"mimeType":"application/pdf","data":"JVBERi0xLjQK"}})"},
    {"the address of a document", R"({"type":"file_url","content":"https://example.org/a.pdf"})",
     R"({"type":"text","text":"[the document at https://example.org/a.pdf was left out: the model does not take the addresses of PDF documents]"})",
     R"({"type":"input_file","file_url":"https://example.org/a.pdf"})",
     R"({"type":"document","source":{"type":"url","url":"https://example.org/a.pdf"}})",
     R"({"fileData":{"mimeType":"application/pdf","fileUri":"https://example.org/a.pdf"}})"},
    {"the name of a file", R"({"type":"file","content":"/tmp/a.pdf"})",
     R"({"type":"text","text":"[File: /tmp/a.pdf]"})",
     R"({"type":"input_text","text":"[File: /tmp/a.pdf]"})",
     R"({"type":"text","text":"[File: /tmp/a.pdf]"})", R"({"text":"[File: /tmp/a.pdf]"})"},
};

} // namespace orrery::testing

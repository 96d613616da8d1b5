// SPDX-License-Identifier: GPL-3.0-or-later
// Files, what the file tools are told to do with them, and what is to come of it.
#pragma once

#include <string>
#include <vector>

namespace orrery::testing {

/// Bytes, among which there may be zeros.
template <std::size_t Size>
std::string bytes(const char (&text)[Size])
{
    return {text, Size - 1};
}

inline std::string times(int count, const std::string &text)
{
    std::string out;
    for (int i = 0; i < count; ++i)
        out += text;
    return out;
}

struct EditCase {
    const char *name;
    std::string before;
    const char *tool;
    const char *arguments; ///< but for the path
    std::string after;
    std::string said; ///< part of the answer
    bool ok = true;
};

inline const char *const kEdit = "edit_file";
inline const char *const kWrite = "write_file";

/// `after` is what the file is to be; where nothing may change, the same as `before`.
inline std::vector<EditCase> editCases()
{
    const std::string crlf = "one\r\ntwo\r\nthree\r\n";
    const std::string mixed = "one\r\ntwo\nthree\r\nfour\r\n";
    const std::string latin = "caf\xE9 \x80\nna\xEFve\n";
    const std::string broken = "\xC3\xA4\xC3\xB6\xC3\xBC \xFF\nend\n";
    const std::string le = bytes("\xFF\xFE"
                                 "a\0\n\0\xE4\0\n\0");
    const std::string be = bytes("\xFE\xFF\0a\0\n\0\xE4\0\n");
    return {
        // Line ends.
        {"LF", "one\ntwo\n", kEdit, R"({"old_text":"two","new_text":"2"})", "one\n2\n",
         "Changed a.txt lines 2-2."},
        {"LF finds CRLF", crlf, kEdit, R"({"old_text":"one\ntwo\n","new_text":"1\n2\n"})",
         "1\r\n2\r\nthree\r\n", "Changed a.txt lines 1-2."},
        {"CRLF finds LF", "one\ntwo\n", kEdit, R"({"old_text":"one\r\ntwo","new_text":"1\r\n2"})",
         "1\n2\n", "Changed a.txt lines 1-2."},
        {"new lines in CRLF", crlf, kEdit, R"({"old_text":"two","new_text":"2\n2b"})",
         "one\r\n2\r\n2b\r\nthree\r\n", "Changed a.txt lines 2-3."},
        {"mixed, of an LF region", mixed, kEdit,
         R"({"old_text":"two\nthree","new_text":"2\nx\n3"})", "one\r\n2\nx\n3\r\nfour\r\n", "2-4"},
        {"mixed, of a CRLF region", mixed, kEdit, R"({"old_text":"one\ntwo","new_text":"1\nx\n2"})",
         "1\r\nx\r\n2\nthree\r\nfour\r\n", "1-3"},
        {"mixed, of a region of both", mixed, kEdit,
         R"({"old_text":"one\ntwo\nthree","new_text":"1\n2\n3"})", "1\r\n2\r\n3\r\nfour\r\n",
         "1-3"},
        {"mixed, as the line itself", mixed, kEdit, R"({"old_text":"two","new_text":"2\nx"})",
         "one\r\n2\nx\nthree\r\nfour\r\n", "2-3"},
        {"mixed, as the line itself, CRLF", "a\nb\nc\r\nd\n", kEdit,
         R"({"old_text":"c","new_text":"c\nx"})", "a\nb\nc\r\nx\r\nd\n", "lines 4-4"},
        {"mixed, as the line before", "a\nb\nc\r\nd", kEdit,
         R"({"old_text":"d","new_text":"d\nx"})", "a\nb\nc\r\nd\r\nx", "4-5"},
        {"as many of both is LF", "a\r\nb\nc", kEdit, R"({"old_text":"c","new_text":"c\nd"})",
         "a\r\nb\nc\nd", "3-4"},
        {"CR alone", "one\rtwo\rthree\r", kEdit,
         R"({"old_text":"two\nthree","new_text":"2\nx\n3"})", "one\r2\rx\r3\r",
         "Changed a.txt lines 2-4."},
        {"a CR among LF is no line end", "a\rb\nc\n", kEdit,
         R"({"old_text":"a\nb","new_text":"x"})", "a\rb\nc\n", "line ends (a CR without LF)",
         false},
        {"a CR among LF is kept", "a\rb\nc\n", kEdit, R"({"old_text":"a\rb","new_text":"x\ry"})",
         "x\ry\nc\n", "1-1"},
        {"one byte", "a", kEdit, R"({"old_text":"a","new_text":"b"})", "b", "1-1"},
        {"no line end at all", "abc", kEdit, R"({"old_text":"b","new_text":"x\r\ny"})", "ax\r\nyc",
         "1-2"},
        {"an end before CRLF", "ab\r\n", kEdit, R"({"old_text":"b","new_text":""})", "a\r\n", ""},
        {"only line ends differ", crlf, kEdit, R"({"old_text":"one\r\n","new_text":"one\n"})", crlf,
         "line ends alone", false},
        // The last line.
        {"no last line end stays", "one\ntwo", kEdit, R"({"old_text":"two\n","new_text":"2\n"})",
         "one\n2", "2-2"},
        {"no last line end stays, CRLF", "one\r\ntwo", kEdit,
         R"({"old_text":"two\n","new_text":"2\n3\n"})", "one\r\n2\r\n3", "2-3"},
        {"no last line end, new text without", "one\ntwo", kEdit,
         R"({"old_text":"two\n","new_text":"2"})", "one\n2", ""},
        {"not before a last line end", "one\ntwo\n", kEdit,
         R"({"old_text":"two\n\n","new_text":"2"})", "one\ntwo\n", "does not occur", false},
        {"a line end alone is not the end", "one", kEdit, R"({"old_text":"\n","new_text":"x"})",
         "one", "does not occur", false},
        {"only at the end", "two three", kEdit, R"({"old_text":"two\n","new_text":"x"})",
         "two three", "does not occur", false},
        // How often.
        {"twice", "x\ny\nx\n", kEdit, R"({"old_text":"x","new_text":"z"})", "x\ny\nx\n",
         "occurs at lines 1, 3 of a.txt. Give more", false},
        {"overlapping", "aaa", kEdit, R"({"old_text":"aa","new_text":"b"})", "aaa",
         "occurs at lines 1, 1 of", false},
        {"twenty places", times(20, "x\n"), kEdit, R"({"old_text":"x","new_text":"z"})",
         times(20, "x\n"), "19, 20 of", false},
        {"more places", times(21, "x\n"), kEdit, R"({"old_text":"x","new_text":"z"})",
         times(21, "x\n"), "19, 20 and more of", false},
        {"as many regions as are told", times(50, "x\nkept\n"), kEdit,
         R"({"old_text":"x","new_text":"y","replace_all":true})", times(50, "y\nkept\n"),
         "97-97, 99-99."},
        {"more regions than are told", times(51, "x\nkept\n"), kEdit,
         R"({"old_text":"x","new_text":"y","replace_all":true})", times(51, "y\nkept\n"),
         "97-97, 99-99 and more."},
        {"all", "x\ny\nx\n", kEdit, R"({"old_text":"x","new_text":"xx","replace_all":true})",
         "xx\ny\nxx\n", "Changed a.txt lines 1-1, 3-3."},
        {"all, each with its own line ends", "a\r\nb\na\nb\n", kEdit,
         R"({"old_text":"a\nb","new_text":"c\nd","replace_all":true})", "c\r\nd\nc\nd\n", "1-4"},
        {"all, not overlapping", "aaaaa", kEdit,
         R"({"old_text":"aa","new_text":"b","replace_all":true})", "bba", ""},
        {"nothing to do", "a\n", kEdit, R"({"old_text":"a","new_text":"a"})", "a\n",
         "nothing to do", false},
        {"empty", "a\n", kEdit, R"({"old_text":"","new_text":"a"})", "a\n", "old_text is empty",
         false},
        // Several edits.
        {"two edits", "1\n2\n3\n4\n5\n6\n7\n", kEdit,
         R"({"edits":[{"old_text":"1","new_text":"a\nb"},{"old_text":"7","new_text":"c"}]})",
         "a\nb\n2\n3\n4\n5\n6\nc\n", "Changed a.txt lines 1-2, 8-8."},
        {"on the outcome of the one before", "a\n", kEdit,
         R"({"edits":[{"old_text":"a","new_text":"b b"},
                      {"old_text":"b","new_text":"c","replace_all":true}]})",
         "c c\n", "1-1"},
        {"all or none", "a\nb\n", kEdit,
         R"({"edits":[{"old_text":"a","new_text":"x"},{"old_text":"zebra","new_text":"y"}]})",
         "a\nb\n", "edits[1]: old_text does not occur", false},
        {"back again", "a\n", kEdit,
         R"({"edits":[{"old_text":"a","new_text":"b"},{"old_text":"b","new_text":"a"}]})", "a\n",
         "already has this content"},
        {"both ways", "a\n", kEdit,
         R"({"old_text":"a","new_text":"b","edits":[{"old_text":"a","new_text":"b"}]})", "a\n",
         "not both", false},
        {"neither way", "a\n", kEdit, "{}", "a\n", "Say what to change", false},
        {"half a way", "a\n", kEdit, R"({"old_text":"a"})", "a\n", "new_text is missing", false},
        {"the other half", "a\n", kEdit, R"({"new_text":"a"})", "a\n", "old_text is missing",
         false},
        {"half an edit", "a\n", kEdit,
         R"({"edits":[{"old_text":"a","new_text":"b"},{"old_text":"b"}]})", "a\n",
         "edits[1]: new_text is missing", false},
        {"no edits", "a\n", kEdit, R"({"edits":[]})", "a\n", "at least one", false},
        {"all, beside edits", "a\n", kEdit,
         R"({"replace_all":true,"edits":[{"old_text":"a","new_text":"b"}]})", "a\n", "in each edit",
         false},
        // Encodings.
        {"a mark stays", "\xEF\xBB\xBFone\n", kEdit, R"({"old_text":"one","new_text":"1"})",
         "\xEF\xBB\xBF"
         "1\n",
         "1-1"},
        {"Windows-1252", latin, kEdit, R"({"old_text":"café €","new_text":"thé “x” ž"})",
         "th\xE9 \x93x\x94 \x9E\nna\xEFve\n", "1-1"},
        {"every byte of Windows-1252 stays", "\x81\x8D\x8F\x90\x9D\xA0\xFF!\n", kEdit,
         R"({"old_text":"!","new_text":"?"})", "\x81\x8D\x8F\x90\x9D\xA0\xFF?\n", "1-1"},
        {"what Windows-1252 has not", latin, kEdit, R"({"old_text":"naïve","new_text":"a → b"})",
         latin, "has no → (U+2192)", false},
        {"bad bytes stay", broken, kEdit, R"({"old_text":"end","new_text":"→"})",
         "\xC3\xA4\xC3\xB6\xC3\xBC \xFF\n\xE2\x86\x92\n", "2-2"},
        {"UTF-16 LE", le, kEdit, R"({"old_text":"ä\n","new_text":"😀\n"})",
         bytes("\xFF\xFE"
               "a\0\n\0\x3D\xD8\0\xDE\n\0"),
         "2-2"},
        {"UTF-16 BE", be, kEdit, R"({"old_text":"a","new_text":"→"})",
         bytes("\xFE\xFF\x21\x92\0\n\0\xE4\0\n"), "1-1"},
        {"half a pair of UTF-16 stays",
         bytes("\xFF\xFE\x3D\xD8"
               "a\0z"),
         kEdit, R"({"old_text":"a","new_text":"b"})",
         bytes("\xFF\xFE\x3D\xD8"
               "b\0z"),
         "1-1"},
        {"binary", bytes("a\0b"), kEdit, R"({"old_text":"a","new_text":"b"})", bytes("a\0b"),
         "is a binary file", false},
        // Whole files.
        {"write", "old\nsame\n", kWrite, R"({"content":"new\nsame\n"})", "new\nsame\n",
         "Changed a.txt lines 1-1."},
        {"write, CRLF stays", crlf, kWrite, R"({"content":"1\n2\n"})", "1\r\n2\r\n",
         "lines 1-2. The line ends stay CRLF."},
        {"write, own CR", crlf, kWrite, R"({"content":"1\r\n2\n"})", "1\r\n2\n", "lines 1-2."},
        {"write, as most lines", mixed, kWrite, R"({"content":"1\n2\n"})", "1\r\n2\r\n",
         "lines 1-2. The line ends stay CRLF."},
        {"write, as many of both is LF", "a\r\nb\n", kWrite, R"({"content":"1\n2\n"})", "1\n2\n",
         "lines 1-2."},
        {"write, a NUL", "a\n", kWrite, R"({"content":"a\u0000b"})", "a\n", "NUL", false},
        {"edit, a NUL", "a\n", kEdit, R"({"old_text":"a","new_text":"\u0000"})", "a\n", "NUL",
         false},
        {"an empty list beside one edit", "a\n", kEdit,
         R"({"old_text":"a","new_text":"b","edits":[]})", "b\n", "Changed"},
        {"of a later edit the text is another", "one\ntwo\n", kEdit,
         R"({"edits":[{"old_text":"one","new_text":"1"},{"old_text":"one","new_text":"2"}]})",
         "one\ntwo\n", "edits[1]: old_text does not occur in a.txt as the edits before leave it.",
         false},
        {"write, line ends alone", crlf, kWrite, R"({"content":"one\ntwo\r\nthree\r\n"})",
         "one\ntwo\r\nthree\r\n", "lines 1-1."},
        {"write, UTF-16 stays", le, kWrite, R"({"content":"é"})", bytes("\xFF\xFE\xE9\0"),
         "The encoding stays UTF-16 LE."},
        {"write, Windows-1252 stays", latin, kWrite, R"({"content":"é"})", "\xE9",
         "The encoding stays Windows-1252."},
        {"write, what it has not", latin, kWrite, R"({"content":"日"})", latin,
         "has no 日 (U+65E5)", false},
        {"write, a mark stays once", "\xEF\xBB\xBFone\n", kWrite, R"({"content":"\ufefftwo\n"})",
         "\xEF\xBB\xBFtwo\n", "The byte order mark stays."},
        {"write the same", crlf, kWrite, R"({"content":"one\ntwo\nthree\n"})", crlf,
         "already has this content"},
        {"write over nothing", "", kWrite, R"({"content":"é\n"})", "é\n",
         "Changed a.txt lines 1-1."},
        {"write over a binary file",
         bytes("\x7F"
               "ELF\0"),
         kWrite, R"({"content":"x"})",
         bytes("\x7F"
               "ELF\0"),
         "an ELF program", false},
        // Not found.
        {"tabs", "if\n\tgo();\n", kEdit, R"({"old_text":"if\n    go();","new_text":"x"})",
         "if\n\tgo();\n", "lines 1-2, which differ in white space (tabs or spaces at the beginning",
         false},
        {"indentation", "a\n  b\n", kEdit, R"({"old_text":"a\n    b\n","new_text":"x"})",
         "a\n  b\n", "white space (indentation)", false},
        {"blanks at the end", "a \nb\n", kEdit, R"({"old_text":"a\nb\n","new_text":"x"})",
         "a \nb\n", "white space (at the end of lines)", false},
        {"blanks within", "x = 1;\n", kEdit, R"({"old_text":"x  = 1;","new_text":"x"})", "x = 1;\n",
         "white space (within lines)", false},
        {"line breaks", "a b\n", kEdit, R"({"old_text":"a\nb\n","new_text":"x"})", "a b\n",
         "white space (line breaks)", false},
        {"quotes", "say ‘it’\n", kEdit, R"({"old_text":"say 'it'","new_text":"x"})", "say ‘it’\n",
         "line 1, which differ in quotation marks", false},
        {"dashes", "1–2\n", kEdit, R"({"old_text":"1-2","new_text":"x"})", "1–2\n", "in dashes",
         false},
        {"no-break space", "1\xC2\xA0kg\n", kEdit, R"({"old_text":"1 kg","new_text":"x"})",
         "1\xC2\xA0kg\n", "in no-break or other special spaces:", false},
        {"case", "Straße Nr\n", kEdit, R"({"old_text":"STRAßE nr","new_text":"x"})", "Straße Nr\n",
         "in upper and lower case:\n    1\tStraße Nr\n", false},
        {"two differences", "“A”\n", kEdit, R"({"old_text":"\"a\"","new_text":"x"})", "“A”\n",
         "quotation marks (straight or curly) and upper and lower case", false},
        {"line numbers", "one\ntwo\n", kEdit,
         R"({"old_text":"    1\tone\n    2\ttwo","new_text":"x"})", "one\ntwo\n",
         "has the line numbers that read_file prints: leave them out. Without them it is at "
         "lines 1-2",
         false},
        {"numbers of the file's own", "1\tone\n2\ttwo\n", kEdit,
         R"({"old_text":"1\tune","new_text":"x"})", "1\tone\n2\ttwo\n",
         "does not occur in a.txt. The nearest is line 1:", false},
        {"most lines", "a1b2\nfirst line\nsecond line\nthird line\n", kEdit,
         R"({"old_text":"first line\nanother line\nthird line\n","new_text":"x"})",
         "a1b2\nfirst line\nsecond line\nthird line\n",
         "The nearest is lines 2-4:\n    2\tfirst line\n    3\tsecond line\n    4\tthird line\n"
         "Line 3 is not, as in old_text: another line",
         false},
        {"a line that is like it", "int a;\nint total = sum(a, b);\n", kEdit,
         R"({"old_text":"int total = sum(a, c, d);","new_text":"x"})",
         "int a;\nint total = sum(a, b);\n", "The nearest is line 2:", false},
        {"nothing near", "one\ntwo\n", kEdit, R"({"old_text":"zebra","new_text":"x"})",
         "one\ntwo\n", "Nothing in the file is near to it. Nothing was changed.", false},
        {"an empty file", "", kEdit, R"({"old_text":"zebra","new_text":"x"})", "",
         "The file is empty.", false},
        {"U+FFFD", broken, kEdit, R"({"old_text":"äöü \ufffd","new_text":"x"})", broken,
         "stands for bytes that are not UTF-8", false},
    };
}

} // namespace orrery::testing

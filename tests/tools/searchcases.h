// SPDX-License-Identifier: GPL-3.0-or-later
// What glob and grep answer, word by word.
#pragma once

#include <functional>

namespace orrery::testing {

/// `files` is an object of names and contents.
using SearchCase = std::function<void(const char *name, const char *files, const char *tool,
                                      const char *arguments, const char *answer)>;

inline void eachSearchCase(const SearchCase &add)
{
    const char *files = "{}";
    const auto glob = [&](const char *name, const char *arguments, const char *answer) {
        add(name, files, "glob", arguments, answer);
    };
    const auto grep = [&](const char *name, const char *arguments, const char *answer) {
        add(name, files, "grep", arguments, answer);
    };

    files = R"({"a.c": "", "b.h": "", "s/a.c": "", "s/t/a.c": "", "s/t/é.c": ""})";
    glob("name", R"({"pattern": "*.c"})", "a.c\n");
    glob("any depth", R"({"pattern": "**/*.c"})", "a.c\ns/a.c\ns/t/a.c\ns/t/é.c\n");
    glob("one folder deep", R"({"pattern": "*/*.c"})", "s/a.c\n");
    glob("folder first", R"({"pattern": "s/**/a.c"})", "s/a.c\ns/t/a.c\n");
    glob("choices", R"({"pattern": "*.{c,h}"})", "a.c\nb.h\n");
    glob("one character", R"({"pattern": "s/t/?.c"})", "s/t/a.c\ns/t/é.c\n");
    glob("dot and slash", R"({"pattern": "./s/./*.c"})", "s/a.c\n");
    glob("up and down", R"({"pattern": "s/t/../*.c"})", "s/a.c\n");
    glob("folder alone", R"({"pattern": "s/t/"})", "s/t/a.c\ns/t/é.c\n");
    glob("path", R"({"pattern": "*.c", "path": "s/t"})", "s/t/a.c\ns/t/é.c\n");
    glob("path and folder", R"({"pattern": "t/a*", "path": "s"})", "s/t/a.c\n");
    glob("up from the path", R"({"pattern": "../*.h", "path": "s"})", "b.h\n");
    glob("empty pattern", R"({"pattern": ""})",
         "ERROR The pattern is empty. **/* stands for every file.");
    glob("no such path", R"({"pattern": "*", "path": "x"})", "ERROR There is no folder x.");
    glob("path is a file", R"({"pattern": "*", "path": "a.c"})",
         "ERROR a.c is not a folder. Give the folder to look in.");
    glob("path below a file", R"({"pattern": "*", "path": "a.c/x"})",
         "ERROR There is no folder a.c/x.");
    glob("nothing", R"({"pattern": "*.x"})", "No file matches *.x.\n");
    glob("no such folder in the pattern", R"({"pattern": "x/*.c"})",
         "No file matches x/*.c. There is no folder x.\n");
    glob("a file as folder of the pattern", R"({"pattern": "a.c/*"})",
         "No file matches a.c/*. There is no folder a.c.\n");
    glob("up after a wildcard", R"({"pattern": "*/../a.c"})",
         "ERROR \"..\" may stand only at the beginning of the pattern \"*/../a.c\".");
    glob("only deeper", R"({"pattern": "é.*"})",
         "No file matches é.*.\n[1 file in deeper folders would match **/é.*]\n");
    glob("no deeper hint with a slash", R"({"pattern": "s/é.*"})", "No file matches s/é.*.\n");
    glob("literal", R"({"pattern": "s/t/a.c"})", "s/t/a.c\n");

    files =
        R"({".gitignore": "*.log\nbuild/\n", ".env": "", ".ci/x.yml": "", "a.log": "", "b.txt": "",
                "build/c.log": "", "build/d.txt": "", "build/e/f.txt": "", "node_modules/p/g.txt": "",
                "node_modules/p/node_modules/h.txt": "", ".git/config": "x", "s/.git/config": "x"})";
    glob("leaves out", R"({"pattern": "**"})", "b.txt\n");
    glob("include_ignored", R"({"pattern": "**", "include_ignored": true})",
         ".ci/x.yml\n.env\n.gitignore\na.log\nb.txt\nbuild/c.log\nbuild/d.txt\nbuild/e/f.txt\n"
         "node_modules/p/g.txt\nnode_modules/p/node_modules/h.txt\n");
    glob("counts what is left out", R"({"pattern": "**/*.log"})",
         "No file matches **/*.log.\n[2 files that would match left out: ignored or hidden. "
         "include_ignored lists them too.]\n");
    glob("both hints", R"({"pattern": "?.yml", "path": "."})", "No file matches ?.yml.\n");
    glob("a dot is asked for", R"({"pattern": ".*"})", ".env\n.gitignore\n");
    glob("hidden folder", R"({"pattern": ".ci/*"})", ".ci/x.yml\n");
    glob("hidden folder at any depth", R"({"pattern": "**/.ci/*.yml"})", ".ci/x.yml\n");
    glob("hidden path", R"({"pattern": "*", "path": ".ci"})", ".ci/x.yml\n");
    glob("ignored file, by name", R"({"pattern": "a.log"})", "a.log\n");
    glob("ignored folder, by name", R"({"pattern": "build/**"})",
         "build/c.log\nbuild/d.txt\nbuild/e/f.txt\n");
    glob("ignored path", R"({"pattern": "*.log", "path": "build"})", "build/c.log\n");
    glob("in an ignored path", R"({"pattern": "*", "path": "build/e"})", "build/e/f.txt\n");
    glob("a wildcard does not ask", R"({"pattern": "buil?/*.txt"})",
         "No file matches buil?/*.txt.\n[1 file that would match left out: ignored or hidden. "
         "include_ignored lists them too.]\n");
    glob("node_modules by name", R"({"pattern": "node_modules/p/**"})", "node_modules/p/g.txt\n");
    glob("node_modules as path", R"({"pattern": "p/*.txt", "path": "node_modules"})",
         "node_modules/p/g.txt\n");
    glob(".git", R"({"pattern": ".git/*"})",
         "ERROR .git is the repository's own; .git is never looked into.");
    glob(".git as path", R"({"pattern": "*", "path": "s/.git", "include_ignored": true})",
         "ERROR s/.git is the repository's own; .git is never looked into.");
    glob(".git by a wildcard", R"({"pattern": ".g*/*"})", "No file matches .g*/*.\n");

    files = R"({".gitignore": "*.log\n", "s/node_modules/q/a.log": ""})";
    glob("below node_modules", R"({"pattern": "*.log", "path": "s/node_modules/q"})",
         "s/node_modules/q/a.log\n");

    files =
        R"({"a.txt": "one\ntwo\nthree\n\nfive two\n", "b.txt": "Two\r\ntwo\r\n", "c/d.txt": "x\ntwo"})";
    grep("lines", R"({"pattern": "two"})",
         "a.txt:2: two\na.txt:5: five two\nb.txt:2: two\nc/d.txt:2: two\n");
    grep("files", R"({"pattern": "two", "mode": "files"})", "a.txt\nb.txt\nc/d.txt\n");
    grep("count", R"({"pattern": "two", "mode": "count"})", "a.txt: 2\nb.txt: 1\nc/d.txt: 1\n");
    grep("ignore_case", R"({"pattern": "TWO", "ignore_case": true, "path": "b.txt"})",
         "b.txt:1: Two\nb.txt:2: two\n");
    grep("end of a line", R"({"pattern": "two$"})",
         "a.txt:2: two\na.txt:5: five two\nb.txt:2: two\nc/d.txt:2: two\n");
    grep("beginning of a line", R"({"pattern": "^two"})",
         "a.txt:2: two\nb.txt:2: two\nc/d.txt:2: two\n");
    grep("empty line", R"({"pattern": "^$"})", "a.txt:4: \n");
    grep("folder", R"({"pattern": "two", "path": "c"})", "c/d.txt:2: two\n");
    grep("file", R"({"pattern": "o", "path": "c/d.txt"})", "c/d.txt:2: two\n");
    grep("name filter", R"({"pattern": "two", "glob": "d.*"})", "c/d.txt:2: two\n");
    grep("path filter", R"({"pattern": "two", "glob": "c/*"})", "c/d.txt:2: two\n");
    grep("path filter, not below", R"({"pattern": "two", "glob": "c/*", "path": "c"})",
         "Nothing was searched: there is no file that matches c/* in c.\n");
    grep("no file passes", R"({"pattern": "two", "glob": "*.md"})",
         "Nothing was searched: there is no file that matches *.md in the workspace.\n");
    grep("no line", R"({"pattern": "none"})", "No line matches. 3 files searched.\n");
    grep("no line of one file", R"({"pattern": "none", "path": "a.txt"})",
         "No line matches. 1 file searched.\n");
    grep("line break in a pattern", R"({"pattern": "one\\ntwo", "path": "a.txt"})",
         "No line matches. 1 file searched.\n[The search goes line by line: a line break in the "
         "pattern matches nothing.]\n");
    grep("a line break itself", R"({"pattern": "one\ntwo", "path": "a.txt"})",
         "No line matches. 1 file searched.\n[The search goes line by line: a line break in the "
         "pattern matches nothing.]\n");
    grep("no such path", R"({"pattern": "x", "path": "none"})",
         "ERROR There is no file or folder none.");
    grep("limit", R"({"pattern": "two", "limit": 2})",
         "a.txt:2: two\na.txt:5: five two\n[Only the first 2 lines; there are more. Narrow the "
         "search, or raise limit.]\n");
    grep("limit just reached", R"({"pattern": "two", "limit": 4})",
         "a.txt:2: two\na.txt:5: five two\nb.txt:2: two\nc/d.txt:2: two\n");
    grep("limit of files", R"({"pattern": "two", "limit": 2, "mode": "files"})",
         "a.txt\nb.txt\n[Only the first 2 files; there are more. Narrow the search, or raise "
         "limit.]\n");
    grep("limit of files just reached", R"({"pattern": "two", "limit": 3, "mode": "count"})",
         "a.txt: 2\nb.txt: 1\nc/d.txt: 1\n");
    grep("limit 0", R"({"pattern": "x", "limit": 0})",
         "ERROR limit must be a whole number from 1 to 2000.");
    grep("limit 2001", R"({"pattern": "x", "limit": 2001})",
         "ERROR limit must be a whole number from 1 to 2000.");
    grep("limit 2000", R"({"pattern": "none", "limit": 2000})",
         "No line matches. 3 files searched.\n");
    grep("limit 1", R"({"pattern": "x", "limit": 1})", "c/d.txt:1: x\n");
    grep("limit that is no number", R"({"pattern": "x", "limit": 1.5})",
         "ERROR limit must be a whole number from 1 to 2000.");
    grep("context -1", R"({"pattern": "x", "context": -1})",
         "ERROR context must be a whole number from 0 to 20.");
    grep("context 21", R"({"pattern": "x", "context": 21})",
         "ERROR context must be a whole number from 0 to 20.");
    grep("context 0", R"({"pattern": "^x", "context": 0})", "c/d.txt:1: x\n");
    grep("context 20", R"({"pattern": "^x", "context": 20})", "c/d.txt:1: x\nc/d.txt-2- two\n");
    grep("mode", R"({"pattern": "x", "mode": "all"})", "ERROR mode must be lines, files or count.");
    grep("context", R"({"pattern": "o$", "context": 1})",
         "a.txt-1- one\na.txt:2: two\na.txt-3- three\na.txt-4- \na.txt:5: five two\n--\n"
         "b.txt:1: Two\nb.txt:2: two\n--\nc/d.txt-1- x\nc/d.txt:2: two\n");
    grep("not a pattern", R"({"pattern": "a(b"})",
         "ERROR \"a(b\" is not a regular expression: missing closing parenthesis (at byte 3 of "
         "it).");
    grep("not a pattern in the midst", R"({"pattern": "é**+*"})",
         "ERROR \"é**+*\" is not a regular expression: quantifier does not follow a repeatable "
         "item (at byte 3 of it).");
    grep("a byte of a character", R"({"pattern": "\\C"})",
         "ERROR \"\\C\" is not a regular expression: using \\C is disabled by the application "
         "(at byte 2 of it).");

    files = R"({"a": "1\n2\n3\n4\n5\n6\n7\n8\n9\n"})";
    grep("groups", R"({"pattern": "[29]", "context": 1})",
         "a-1- 1\na:2: 2\na-3- 3\n--\na-8- 8\na:9: 9\n");
    grep("groups that touch", R"({"pattern": "[25]", "context": 1})",
         "a-1- 1\na:2: 2\na-3- 3\na-4- 4\na:5: 5\na-6- 6\n");
    grep("groups that overlap", R"({"pattern": "[24]", "context": 2})",
         "a-1- 1\na:2: 2\na-3- 3\na:4: 4\na-5- 5\na-6- 6\n");
    grep("one line between groups", R"({"pattern": "[26]", "context": 1})",
         "a-1- 1\na:2: 2\na-3- 3\n--\na-5- 5\na:6: 6\na-7- 7\n");
    grep("no groups without context", R"({"pattern": "[29]"})", "a:2: 2\na:9: 9\n");
    grep("context and limit", R"({"pattern": "[27]", "context": 1, "limit": 1})",
         "a-1- 1\na:2: 2\na-3- 3\n[Only the first 1 line; there are more. Narrow the search, or "
         "raise limit.]\n");

    files = R"({".gitignore": "*.log\n", ".env": "key", "a.log": "key", "b.txt": "none",
                ".ci/a.yml": "key", "node_modules/m.js": "key"})";
    grep("left out", R"({"pattern": "key"})",
         "No line matches. 1 file searched.\n[5 files not searched: ignored or hidden. "
         "include_ignored searches them too.]\n");
    grep("include_ignored", R"({"pattern": "key", "include_ignored": true, "mode": "files"})",
         ".ci/a.yml\n.env\na.log\nnode_modules/m.js\n");
    grep("nothing but what is left out", R"({"pattern": "key", "glob": "*.log"})",
         "Nothing was searched: there is no file that matches *.log in the workspace.\n[1 file not "
         "searched: "
         "ignored or hidden. include_ignored searches them too.]\n");
    grep("all was searched", R"({"pattern": "nowhere", "include_ignored": true})",
         "No line matches. 6 files searched.\n");
    grep("one file, ignored", R"({"pattern": "key", "path": "a.log"})", "a.log:1: key\n");
    grep("one file, hidden", R"({"pattern": "key", "path": ".env"})", ".env:1: key\n");
    grep("hidden by the filter", R"({"pattern": "key", "glob": ".e*"})", ".env:1: key\n");
    grep("hidden folder by the filter", R"({"pattern": "key", "glob": ".ci/*.yml"})",
         ".ci/a.yml:1: key\n");
    grep("node_modules as path", R"({"pattern": "key", "path": "node_modules"})",
         "node_modules/m.js:1: key\n");
    grep("one file, no filter", R"({"pattern": "key", "path": "a.log", "glob": "*.c"})",
         "a.log:1: key\n");

    files = R"({"a": "\u0000key", "b": "key", "c": "one\u0000"})";
    grep("binary", R"({"pattern": "key"})", "b:1: key\n[2 binary files skipped.]\n");
    grep("binary and nothing", R"({"pattern": "none"})",
         "No line matches. 1 file searched.\n[2 binary files skipped.]\n");
    grep("only binary", R"({"pattern": "key", "glob": "[ac]"})",
         "Nothing could be searched.\n[2 binary files skipped.]\n");
    grep("one binary file", R"({"pattern": "key", "path": "a"})", "ERROR a is a binary file.");

    files = R"({"a": "größe ÄRGER\n", "b": ""})";
    grep("Unicode", R"({"pattern": "gr..e"})", "a:1: größe ÄRGER\n");
    grep("Unicode letters", R"({"pattern": "^\\w+ \\w+$"})", "a:1: größe ÄRGER\n");
    grep("Unicode, any case", R"({"pattern": "ärger", "ignore_case": true})", "a:1: größe ÄRGER\n");
    grep("case matters", R"({"pattern": "ärger"})", "No line matches. 2 files searched.\n");
    grep("an empty file has no line", R"({"pattern": "^", "path": "b"})",
         "No line matches. 1 file searched.\n");
    grep("lookbehind", R"({"pattern": "(?<=gr)ö"})", "a:1: größe ÄRGER\n");

    files = "{}";
    glob("empty workspace", R"({"pattern": "**"})", "No file matches **.\n");
    grep("empty workspace", R"({"pattern": "x"})",
         "Nothing was searched: there is no file in the workspace.\n");
}

} // namespace orrery::testing

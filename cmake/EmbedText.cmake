# SPDX-License-Identifier: GPL-3.0-or-later
# cmake -DIN=FILE -DOUT=FILE.cpp -DNAME=function -P EmbedText.cmake: a function that returns the text of a file. No resource file:
# what lies in a static library would have to be asked for, and core does without.
file(READ "${IN}" text)
set(code "// Made from resources/providers.json.\n#include <string_view>\nnamespace orrery {\nstd::string_view ${NAME}();\n")
string(APPEND code "std::string_view ${NAME}()\n{\n    return R\"TEXT(${text})TEXT\";\n}\n}\n")
file(WRITE "${OUT}" "${code}")

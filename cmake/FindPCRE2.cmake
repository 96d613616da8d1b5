# SPDX-License-Identifier: GPL-3.0-or-later
# PCRE2 for texts of bytes, as the target PCRE2::8bit. Debian's package has no CMake files.
find_path(PCRE2_INCLUDE_DIR pcre2.h)
find_library(PCRE2_8_LIBRARY pcre2-8)
if(PCRE2_INCLUDE_DIR)
    file(STRINGS "${PCRE2_INCLUDE_DIR}/pcre2.h" PCRE2_VERSION REGEX "^#define PCRE2_M(AJOR|INOR) ")
    string(REGEX REPLACE "[^0-9]*2_MAJOR *([0-9]+)[^0-9]*2_MINOR *([0-9]+).*" "\\1.\\2" PCRE2_VERSION "${PCRE2_VERSION}")
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(PCRE2 REQUIRED_VARS PCRE2_8_LIBRARY PCRE2_INCLUDE_DIR VERSION_VAR PCRE2_VERSION)
if(PCRE2_FOUND AND NOT TARGET PCRE2::8bit)
    add_library(PCRE2::8bit UNKNOWN IMPORTED)
    set_target_properties(PCRE2::8bit PROPERTIES IMPORTED_LOCATION "${PCRE2_8_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${PCRE2_INCLUDE_DIR}")
endif()

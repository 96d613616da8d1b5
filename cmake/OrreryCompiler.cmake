# SPDX-License-Identifier: GPL-3.0-or-later
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_AUTORCC ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

# Many files in one go: a third of the time for a whole build, and more for a change of one file, so not in preset dev.
option(ORRERY_UNITY "Compile the files of a folder together" ON)
set(CMAKE_UNITY_BUILD ${ORRERY_UNITY})
set(CMAKE_UNITY_BUILD_BATCH_SIZE 12)

include(CheckLinkerFlag)
foreach(linker mold lld)
    check_linker_flag(CXX "-fuse-ld=${linker}" ORRERY_HAS_${linker})
    if(ORRERY_HAS_${linker})
        add_link_options("-fuse-ld=${linker}")
        break()
    endif()
endforeach()

find_program(CCACHE ccache)
if(CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros
        "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1 "${CCACHE}")
endif()

# Everything that our own targets compile with, in one place.
add_library(orrery_options INTERFACE)
target_include_directories(orrery_options INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(orrery_options INTERFACE -Wall -Wextra -Wpedantic -Wno-missing-field-initializers $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow -Wno-maybe-uninitialized> -fPIC
    # A private class of an anonymous namespace counts as a header's when files are compiled together.
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${ORRERY_UNITY}>>:-Wno-subobject-linkage>)
target_compile_definitions(orrery_options INTERFACE
    QT_NO_FOREACH QT_DISABLE_DEPRECATED_BEFORE=0x060400)
find_package(Threads REQUIRED)
target_link_libraries(orrery_options INTERFACE Threads::Threads)
set(ORRERY_TEST_OPTIONS -O0)
if(ORRERY_SANITIZE)
    target_compile_options(orrery_options INTERFACE -fsanitize=${ORRERY_SANITIZE} -fno-omit-frame-pointer
        -fno-sanitize-recover=all)
    # Dear to compile, and a null pointer ends a program under the address sanitizer all the same.
    if(ORRERY_SANITIZE MATCHES undefined)
        target_compile_options(orrery_options INTERFACE -fno-sanitize=null,alignment,object-size)
        # What is tested is checked for undefined behaviour, not the tests: they take longest to compile.
        list(APPEND ORRERY_TEST_OPTIONS -fno-sanitize=undefined)
    endif()
    target_link_options(orrery_options INTERFACE -fsanitize=${ORRERY_SANITIZE})
endif()

# SPDX-License-Identifier: GPL-3.0-or-later

# Turns on Qt's meta-object compiler for a target that has a class for it, and for no other: it costs a step and a file each.
function(orrery_moc name)
    foreach(source ${ARGN})
        file(STRINGS "${source}" objects REGEX "^[ ]*Q_(OBJECT|GADGET)" LIMIT_COUNT 1)
        if(objects)
            set_target_properties(${name} PROPERTIES AUTOMOC ON)
            return()
        endif()
    endforeach()
endfunction()

# orrery_library(NAME FOLDER libraries…): a static library of every source file in FOLDER and the folders in it.
function(orrery_library name folder)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/${folder}/*.cpp" "${CMAKE_SOURCE_DIR}/${folder}/*.h")
    if(NOT sources MATCHES "[.]cpp")
        add_library(${name} INTERFACE)
        target_link_libraries(${name} INTERFACE orrery_options ${ARGN})
        return()
    endif()
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC orrery_options ${ARGN})
    orrery_moc(${name} ${sources})
    orrery_pch(${name})
endfunction()

# One precompiled header for the program: that of orrery_base, the first library.
set(ORRERY_PCH <nlohmann/json.hpp> <tl/expected.hpp> <algorithm> <functional> <map> <memory> <mutex> <optional> <string>
    <unordered_map> <vector> <QObject> <QString>)
function(orrery_pch name)
    if(NOT name STREQUAL "orrery_base")
        target_precompile_headers(${name} REUSE_FROM orrery_base)
        return()
    endif()
    target_precompile_headers(${name} PRIVATE ${ORRERY_PCH})
endfunction()

# And those of the tests, whose own code is compiled quickly rather than well. What they test is optimised as ever but for
# templates and inline functions that both use.
# QTest's headers depend on which parts of Qt a program links, so each set of parts has its own.
function(orrery_test_settings name)
    set(parts Qt6::Test Qt6::Network ${ARGN})
    get_filename_component(place "${CMAKE_CURRENT_SOURCE_DIR}" NAME) # QTest is told the folder too
    string(REPLACE "Qt6::" "_" pch "orrery_pch_${place}${parts}")
    string(REPLACE ";" "" pch "${pch}")
    if(NOT TARGET ${pch})
        add_library(${pch} OBJECT "${CMAKE_SOURCE_DIR}/tests/support/precompiled.cpp")
        target_link_libraries(${pch} PRIVATE orrery_base ${parts})
        target_compile_options(${pch} PRIVATE ${ORRERY_TEST_OPTIONS})
        target_precompile_headers(${pch} PRIVATE ${ORRERY_PCH} <QSignalSpy> <QTemporaryDir> <QTest>)
    endif()
    target_link_libraries(${name} PRIVATE ${parts})
    target_compile_options(${name} PRIVATE ${ORRERY_TEST_OPTIONS})
    target_precompile_headers(${name} REUSE_FROM ${pch})
endfunction()

# orrery_tests(FOLDER libraries…): one program of every tests/FOLDER/tst_*.cpp, and one CTest test for each of these files.
function(orrery_tests folder)
    set(parts ${ARGN})
    list(FILTER parts INCLUDE REGEX "^Qt6::")
    file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/${folder}/tst_*.cpp")
    set(target "tst_${folder}")
    add_executable(${target} ${sources} "${CMAKE_SOURCE_DIR}/tests/support/testregistry.cpp")
    target_link_libraries(${target} PRIVATE ${ARGN})
    target_compile_definitions(${target} PRIVATE ORRERY_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
        ORRERY_BIN_DIR="${CMAKE_BINARY_DIR}/bin" $<$<IN_LIST:Qt6::Widgets,${parts}>:ORRERY_TEST_WIDGETS>)
    orrery_test_settings(${target} ${parts})
    set_target_properties(${target} PROPERTIES AUTOMOC ON)
    # It is empty, as a test includes its own meta-objects; reading the precompiled header would take seconds.
    set_source_files_properties("${CMAKE_CURRENT_BINARY_DIR}/${target}_autogen/mocs_compilation.cpp"
        PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
    foreach(source ${sources})
        get_filename_component(name "${source}" NAME_WE)
        string(REPLACE "tst_" "" short "${name}")
        add_test(NAME ${folder}/${short} COMMAND ${target} ${short})
        set_tests_properties(${folder}/${short} PROPERTIES LABELS ${folder} TIMEOUT 300
            ENVIRONMENT "QT_QPA_PLATFORM=offscreen;QT_LOGGING_RULES=qt.qpa.*=false")
    endforeach()
endfunction()

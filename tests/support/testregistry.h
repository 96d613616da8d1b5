// SPDX-License-Identifier: GPL-3.0-or-later
// The tests of a folder are one program: `tst_FOLDER NAME [arguments of QTest]` runs tst_NAME.cpp, and `tst_FOLDER` all.
#pragma once

#include <QByteArray>
#include <QTest>

#include <memory>

namespace orrery::test {

/// Makes the test object of a source file known under the file's name. Before main().
struct Registration {
    Registration(const char *file, std::unique_ptr<QObject> (*make)());
};

/// What the program does instead of testing where it is started again with this variable set: a child that a test
/// may kill. Its value is handed over; what comes back is the exit status.
struct ChildRegistration {
    ChildRegistration(const char *variable, int (*run)(const QByteArray &value));
};

} // namespace orrery::test

#define ORRERY_TEST(Class)                                                                         \
    static const orrery::test::Registration registrationOf##Class(                                 \
        __FILE__, []() -> std::unique_ptr<QObject> { return std::make_unique<Class>(); });

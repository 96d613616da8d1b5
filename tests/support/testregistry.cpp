// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/testregistry.h"

#ifdef ORRERY_TEST_WIDGETS
#include <QApplication>
#else
#include <QCoreApplication>
#endif

#include <cstdio>
#include <map>
#include <string>
#include <vector>

namespace orrery::test {
namespace {

using Make = std::unique_ptr<QObject> (*)();
using Run = int (*)(const QByteArray &);

std::map<std::string, Make> &tests()
{
    static std::map<std::string, Make> all;
    return all;
}

std::map<std::string, Run> &children()
{
    static std::map<std::string, Run> all;
    return all;
}

/// `tst_filetools.cpp` of any folder goes by `filetools`.
std::string nameOf(std::string file)
{
    file.erase(0, file.rfind('/') + 1);
    file.erase(file.rfind('.'));
    return file.substr(std::string("tst_").size());
}

int runTest(Make make, const std::string &name, std::vector<char *> arguments)
{
    if (arguments.size() > 1)
        std::printf("== %s\n", name.c_str());
    std::fflush(stdout);
    const std::unique_ptr<QObject> test = make();
    return QTest::qExec(test.get(), static_cast<int>(arguments.size()), arguments.data());
}

} // namespace

Registration::Registration(const char *file, std::unique_ptr<QObject> (*make)())
{
    tests().emplace(nameOf(file), make);
}

ChildRegistration::ChildRegistration(const char *variable, int (*run)(const QByteArray &value))
{
    children().emplace(variable, run);
}

} // namespace orrery::test

int main(int argc, char **argv)
{
    using namespace orrery::test;
    for (const auto &[variable, run] : children())
        if (const QByteArray value = qgetenv(variable.c_str()); !value.isEmpty())
            return run(value);
#ifdef ORRERY_TEST_WIDGETS
    if (qEnvironmentVariableIsEmpty("DISPLAY") && qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    QCoreApplication::setAttribute(Qt::AA_Use96Dpi);
    const QApplication app(argc, argv);
#else
    const QCoreApplication app(argc, argv);
#endif
    std::vector<char *> arguments(argv, argv + argc);
    if (arguments.size() > 1 && arguments[1][0] != '-') {
        const std::string name = arguments[1];
        const auto it = tests().find(name);
        if (it == tests().end()) {
            std::fprintf(stderr, "There is no test \"%s\" here. There are:\n", name.c_str());
            for (const auto &[known, make] : tests())
                std::fprintf(stderr, "  %s\n", known.c_str());
            return 2;
        }
        arguments.erase(arguments.begin() + 1);
        return runTest(it->second, name, arguments);
    }
    int failures = 0;
    for (const auto &[name, make] : tests())
        failures += runTest(make, name, arguments);
    return failures > 100 ? 100 : failures;
}

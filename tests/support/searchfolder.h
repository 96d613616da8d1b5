// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tools/tool.h"

#include <QDir>
#include <QFileInfo>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>

#include <filesystem>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>

namespace orrery::testing {

/// A workspace in a temporary folder, and the tools on it.
class SearchFolder
{
public:
    /// In memory, where the system has a folder for that: for thousands of files, which a disk takes long to make.
    enum class Place { Disk, Memory };
    explicit SearchFolder(Place place = Place::Disk)
        : m_folder(place == Place::Memory && QFileInfo("/dev/shm").isWritable()
                       ? QString("/dev/shm/orrery-test-XXXXXX")
                       : QDir::tempPath() + "/orrery-test-XXXXXX"),
          m_root(std::filesystem::canonical(m_folder.path().toStdString()) / "work")
    {
        std::filesystem::create_directories(m_root);
        context.workspace = m_root;
        context.stop = stop.get_token();
    }

    /// QTemporaryDir does not remove names that are no text.
    ~SearchFolder()
    {
        std::error_code error;
        std::filesystem::remove_all(m_root, error);
    }
    SearchFolder(const SearchFolder &) = delete;
    SearchFolder &operator=(const SearchFolder &) = delete;

    const std::filesystem::path &root() const { return m_root; }
    std::filesystem::path operator/(const std::string &name) const { return m_root / name; }

    void write(const std::string &name, const std::string &content) const
    {
        std::filesystem::create_directories((m_root / name).parent_path());
        std::ofstream(m_root / name, std::ios::binary) << content;
    }
    /// The larger, the newer.
    void setAge(const std::string &name, long seconds, long nanoseconds = 0) const
    {
        const timespec times[] = {{seconds, nanoseconds}, {seconds, nanoseconds}};
        ::utimensat(AT_FDCWD, (m_root / name).c_str(), times, 0);
    }
    tools::ToolResult use(const char *name, const Json &arguments)
    {
        for (const tools::ToolPtr &tool : tools::fileTools())
            if (tool->name == name)
                return tool->run(arguments, context);
        return tools::ToolResult::error("no such tool");
    }

    std::stop_source stop;
    tools::ToolContext context;

private:
    QTemporaryDir m_folder;
    std::filesystem::path m_root;
};

/// What a program prints to its standard output, given its input. Environment: `variables` of the form NAME=value come on top.
inline QByteArray outputOf(const QString &program, const QStringList &arguments,
                           const QByteArray &input, const QString &folder,
                           const QStringList &variables)
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const QString &variable : variables)
        environment.insert(variable.section('=', 0, 0), variable.section('=', 1));
    process.setProcessEnvironment(environment);
    process.setWorkingDirectory(folder);
    process.start(program, arguments);
    process.write(input);
    process.closeWriteChannel();
    process.waitForFinished(60000);
    return process.readAllStandardOutput();
}

} // namespace orrery::testing

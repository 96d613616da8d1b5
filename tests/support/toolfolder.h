// SPDX-License-Identifier: GPL-3.0-or-later
// A folder for the file tools to work on, and who watches their writes.
#pragma once

#include "core/tools/tool.h"

#include <QTemporaryDir>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace orrery::testing {

/// Writes down what it is asked and told; refuses regions that have the line `refused`.
class RecordingGate final : public tools::WriteGate
{
public:
    Result<void> beforeWrite(const std::string &, const std::string &path, int firstLine,
                             int lastLine) override
    {
        log.push_back("? " + path + " " + std::to_string(firstLine) + "-"
                      + std::to_string(lastLine));
        if (firstLine <= refused && refused <= lastLine)
            return fail(ErrorCode::Conflict, "claimed");
        return {};
    }
    void afterWrite(const std::string &, const std::string &path, const tools::FileChange &change,
                    const std::string &) override
    {
        for (const tools::ChangedLines &each : change.regions)
            log.push_back("! " + path + " " + std::to_string(each.first) + "-"
                          + std::to_string(each.oldLast) + " to " + std::to_string(each.nowFirst)
                          + "-" + std::to_string(each.nowLast) + ", +" + std::to_string(each.added)
                          + " -" + std::to_string(each.removed));
        lines = {change.oldLines, change.nowLines};
    }
    std::unique_ptr<CommandWatch> beforeCommand(const std::string &agent) override
    {
        log.push_back("before a command of " + agent);
        return std::make_unique<CommandWatch>();
    }
    void afterCommand(const std::string &agent, std::unique_ptr<CommandWatch>,
                      const std::string &callId) override
    {
        log.push_back("after " + callId + " of " + agent);
    }

    std::vector<std::string> log;
    std::pair<int, int> lines; ///< of the file that was written last, before and after
    int refused = -1;
};

class ToolFolder
{
public:
    ToolFolder() : m_root(std::filesystem::canonical(m_folder.path().toStdString()) / "work")
    {
        std::filesystem::create_directories(m_root);
    }
    const std::filesystem::path &root() const { return m_root; }
    tools::ToolContext context(const std::string &agent = "coder") const
    {
        tools::ToolContext context;
        context.agent = agent;
        context.workspace = m_root;
        return context;
    }
    tools::ToolResult use(const std::string &name, const Json &arguments,
                          tools::ToolContext context) const
    {
        for (const tools::ToolPtr &tool : m_tools)
            if (tool->name == name)
                return tool->run(arguments, context);
        return tools::ToolResult::error("no such tool");
    }
    tools::ToolResult use(const std::string &name, const Json &arguments) const
    {
        return use(name, arguments, context());
    }
    void write(const std::string &name, const std::string &content) const
    {
        std::filesystem::create_directories((m_root / name).parent_path());
        std::ofstream(m_root / name) << content;
    }
    std::string content(const std::string &name) const
    {
        std::ifstream file(m_root / name);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    /// The names in the folder, sorted, with a space between.
    std::string names() const
    {
        std::vector<std::string> all;
        for (const auto &entry : std::filesystem::directory_iterator(m_root))
            all.push_back(entry.path().filename().string());
        std::sort(all.begin(), all.end());
        std::string out;
        for (const std::string &name : all)
            out += (out.empty() ? "" : " ") + name;
        return out;
    }

private:
    QTemporaryDir m_folder;
    std::filesystem::path m_root;
    std::vector<tools::ToolPtr> m_tools = tools::fileTools();
};

} // namespace orrery::testing

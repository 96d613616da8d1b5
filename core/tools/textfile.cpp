// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/textfile.h"

#include "core/base/ids.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace orrery::tools {

namespace fs = std::filesystem;

Result<std::string> readText(const fs::path &path)
{
    std::error_code error;
    if (!fs::exists(path, error))
        return fail(ErrorCode::NotFound, "There is no file " + path.filename().string() + ".");
    if (!fs::is_regular_file(path, error))
        return fail(ErrorCode::InvalidArgument, path.filename().string() + " is not a file.");
    std::ifstream in(path, std::ios::binary);
    if (!in)
        return fail(ErrorCode::Io, path.filename().string() + " cannot be read.");
    std::ostringstream text;
    text << in.rdbuf();
    std::string content = std::move(text).str();
    if (content.find('\0') != std::string::npos)
        return fail(ErrorCode::InvalidArgument, path.filename().string() + " is a binary file.");
    return content;
}

Result<void> writeTextAtomically(const fs::path &path, std::string_view text)
{
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error)
        return fail(ErrorCode::Io, "The folder of " + path.filename().string()
                                       + " cannot be made: " + error.message());
    const fs::path temporary = path.parent_path() / ("." + newId("write"));
    {
        std::ofstream out(temporary, std::ios::binary);
        out.write(text.data(), static_cast<std::streamsize>(text.size()));
        out.close();
        if (!out) {
            fs::remove(temporary, error);
            return fail(ErrorCode::Io, path.filename().string() + " cannot be written.");
        }
    }
    if (const auto status = fs::status(path, error); fs::exists(status))
        fs::permissions(temporary, status.permissions(), error);
    fs::rename(temporary, path, error);
    if (error) {
        const std::string reason = error.message();
        fs::remove(temporary, error);
        return fail(ErrorCode::Io, path.filename().string() + " cannot be replaced: " + reason);
    }
    return {};
}

std::vector<std::string_view> splitLines(std::string_view text)
{
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const std::size_t length = end == std::string_view::npos ? text.size() : end + 1;
        lines.push_back(text.substr(0, length));
        text.remove_prefix(length);
    }
    return lines;
}

ChangedLines changedLines(std::string_view before, std::string_view after)
{
    const auto old = splitLines(before);
    const auto now = splitLines(after);
    std::size_t head = 0;
    while (head < old.size() && head < now.size() && old[head] == now[head])
        ++head;
    std::size_t tail = 0;
    while (tail < old.size() - head && tail < now.size() - head
           && old[old.size() - 1 - tail] == now[now.size() - 1 - tail])
        ++tail;
    const int first = static_cast<int>(head) + 1;
    return {first, std::max(first, static_cast<int>(old.size() - tail)),
            std::max(first, static_cast<int>(now.size() - tail)), before == after};
}

void ReadLedger::saw(const std::string &agent, const std::string &file, std::string text)
{
    std::lock_guard lock(m_mutex);
    m_seen[{agent, file}] = std::move(text);
}

Result<void> ReadLedger::checkFresh(const std::string &agent, const std::string &file,
                                    std::string_view now) const
{
    std::lock_guard lock(m_mutex);
    const auto it = m_seen.find({agent, file});
    if (it == m_seen.end() || it->second == now)
        return {};
    const ChangedLines change = changedLines(it->second, now);
    std::string difference;
    const auto old = splitLines(it->second);
    const auto fresh = splitLines(now);
    for (int line = change.first; line <= change.oldLast && line <= change.first + 9; ++line)
        if (line <= static_cast<int>(old.size()))
            difference += "-" + std::string(old[static_cast<std::size_t>(line - 1)]);
    for (int line = change.first; line <= change.newLast && line <= change.first + 9; ++line)
        if (line <= static_cast<int>(fresh.size()))
            difference += "+" + std::string(fresh[static_cast<std::size_t>(line - 1)]);
    return fail(ErrorCode::Conflict,
                file + " changed at line " + std::to_string(change.first)
                    + " since you read it. Nothing was changed. Read it again.\n" + difference);
}

std::shared_ptr<std::mutex> ReadLedger::fileLock(const std::string &file)
{
    std::lock_guard lock(m_mutex);
    auto &entry = m_locks[file];
    if (!entry)
        entry = std::make_shared<std::mutex>();
    return entry;
}

} // namespace orrery::tools

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/files/textfile.h"

#include "core/tools/files/filekind.h"
#include "core/tools/files/openfile.h"
#include "core/tools/shownpath.h"

#include <array>
#include <cerrno>

namespace orrery::tools {

namespace fs = std::filesystem;

namespace {

Result<std::string> tooLarge(const std::string &name, std::uint64_t size, std::uint64_t most)
{
    return fail(ErrorCode::InvalidArgument, shownPath(name) + " has " + shownSize(size)
                                                + ". The limit is " + shownSize(most)
                                                + ". Nothing was changed.");
}

/// A file may grow while it is read, so its size is not trusted.
bool readAll(int file, std::string &text, std::uint64_t most)
{
    std::array<char, 65536> buffer;
    while (text.size() <= most) {
        const ssize_t size = read(file, buffer.data(), buffer.size());
        if (size == 0)
            return true;
        if (size > 0)
            text.append(buffer.data(), static_cast<std::size_t>(size));
        else if (errno != EINTR)
            return false;
    }
    return true;
}

} // namespace

Result<std::string> readBytes(const fs::path &path, std::uint64_t most)
{
    const std::string name = path.filename().string();
    const auto opened = openToRead(path);
    if (!opened)
        return fail(opened.error());
    const auto size = static_cast<std::uint64_t>(opened->status.st_size);
    if (size > most)
        return tooLarge(name, size, most);
    std::string content;
    if (!readAll(opened->file, content, most))
        return fail(ErrorCode::Io, shownPath(name) + " cannot be read: " + reason(errno));
    if (content.size() > most)
        return tooLarge(name, content.size(), most);
    return content;
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

CommonEnds commonEnds(const std::vector<std::string_view> &old,
                      const std::vector<std::string_view> &now)
{
    std::size_t head = 0;
    while (head < old.size() && head < now.size() && old[head] == now[head])
        ++head;
    std::size_t tail = 0;
    while (tail < old.size() - head && tail < now.size() - head
           && old[old.size() - 1 - tail] == now[now.size() - 1 - tail])
        ++tail;
    return {head, tail};
}

} // namespace orrery::tools

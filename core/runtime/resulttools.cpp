// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/utf8.h"
#include "core/runtime/teamservices.h"
#include "core/tools/builtin.h"
#include "core/tools/search/linepattern.h"

#include <algorithm>

namespace orrery::runtime {

using tools::ToolContext;
using tools::ToolResult;

namespace {

constexpr std::int64_t kPageBytes = 16 * 1024;
constexpr std::int64_t kMostPageBytes = 48 * 1024;
constexpr std::size_t kMostLines = 100;
constexpr std::size_t kMostLineBytes = 400;

std::size_t characterAt(std::string_view text, std::size_t at)
{
    while (at < text.size() && !beginsCharacter(text[at]))
        ++at;
    return at;
}

/// Where a page ends that begins at `from`: at the end of a line if one is near, else of a character.
std::size_t pageEnd(std::string_view text, std::size_t from, std::size_t limit)
{
    if (text.size() - from <= limit)
        return text.size();
    std::size_t end = from + limit;
    if (const std::size_t line = text.rfind('\n', end - 1);
        line != std::string_view::npos && line >= from + limit * 3 / 4)
        return line + 1;
    while (end > from && !beginsCharacter(text[end]))
        --end;
    return end > from ? end : characterAt(text, from + limit);
}

std::string page(std::string_view text, std::size_t offset, std::size_t limit)
{
    if (offset >= text.size() && !text.empty())
        return "[The result has " + std::to_string(text.size())
               + " bytes; there is nothing from byte " + std::to_string(offset) + " on.]";
    const std::size_t from = characterAt(text, offset);
    const std::size_t end = pageEnd(text, from, limit);
    std::string out = "[bytes " + std::to_string(from) + " to " + std::to_string(end) + " of "
                      + std::to_string(text.size());
    if (end < text.size())
        out += "; go on with offset " + std::to_string(end);
    out += "]\n";
    out += text.substr(from, end - from);
    return out;
}

/// The lines in which the expression is found, each with the byte at which it begins.
ToolResult linesWith(std::string_view text, std::size_t offset, const std::string &expression,
                     const ToolContext &context)
{
    auto pattern = tools::LinePattern::compile(
        expression, false, {}, [stop = context.stop] { return stop.stop_requested(); });
    if (!pattern)
        return ToolResult::error(pattern.error().message);
    std::string out;
    std::size_t found = 0;
    std::size_t more = 0;
    for (std::size_t at = characterAt(text, std::min(offset, text.size())); at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view line = text.substr(at, end - at);
        std::size_t start = 0;
        const auto verdict = pattern->find(line, start);
        if (verdict == tools::LinePattern::Found::Interrupted)
            return ToolResult::error("The search was stopped.");
        if (verdict == tools::LinePattern::Found::Yes) {
            if (found == kMostLines) {
                more = at;
                break;
            }
            ++found;
            // Of a long line what stands around the match.
            const std::size_t from =
                characterAt(line, line.size() <= kMostLineBytes || start < kMostLineBytes / 2
                                      ? 0
                                      : start - kMostLineBytes / 2);
            const std::size_t to = characterAt(line, std::min(line.size(), from + kMostLineBytes));
            out += std::to_string(at + from) + ": " + (from > 0 ? "… " : "")
                   + std::string(line.substr(from, to - from)) + (to < line.size() ? " …" : "")
                   + "\n";
        }
        at = end + 1;
    }
    if (found == 0)
        return ToolResult::success("No line of the result matches.");
    if (more > 0)
        out += "[More lines match; go on with offset " + std::to_string(more) + "]\n";
    return ToolResult::success("[lines that match, each behind the byte at which it begins]\n"
                               + out);
}

ToolResult readResult(const ResultShelf &shelf, const Json &args, const ToolContext &context)
{
    const auto text = shelf.read(args.at("handle").get<std::string>());
    if (!text)
        return ToolResult::error(text.error().message);
    const auto offset =
        static_cast<std::size_t>(std::max<std::int64_t>(0, args.value("offset", std::int64_t(0))));
    if (const auto pattern = args.value("pattern", std::string()); !pattern.empty())
        return linesWith(**text, offset, pattern, context);
    const auto limit = std::clamp<std::int64_t>(args.value("limit", kPageBytes), 1, kMostPageBytes);
    return ToolResult::success(page(**text, offset, static_cast<std::size_t>(limit)));
}

} // namespace

std::vector<tools::ToolPtr> resultTools(TeamServices &services)
{
    auto tool = tools::makeTool(
        kReadResult,
        "Reads the whole result of an earlier tool call, of which only a part stands in the "
        "conversation. Gives a page of it, or the lines that match.",
        tools::ToolCategory::Read,
        {{"handle", "string", "As it stands in the shortened result"},
         {"offset", "integer", "First byte, from 0; left out: 0", false},
         {"limit", "integer", "Bytes, at most 49152; left out: 16384", false},
         {"pattern", "string",
          "A regular expression: only the lines that it matches, from offset on", false}},
        [&services](const Json &args, ToolContext &context) {
            return readResult(services.results, args, context);
        });
    tool->isBounded = true;
    return {tool};
}

} // namespace orrery::runtime
